import assert from "node:assert/strict";
import fc from "fast-check";
import { splitMark, withMark } from "../../../provider/drivers/libvirt/snapshots/mark";
import { withNotes } from "../../../provider/drivers/libvirt/volumes/notes";
import type { VolumeState } from "../../../provider/drivers/model";

describe("what libvirt has no place for", () => {
  it("is a line at the end of a snapshot's description, and no part of the user's text", () => {
    assert.equal(withMark("good", "0123abcd"), "good\nwindrose 0123abcd");
    assert.deepEqual(splitMark("good\nwindrose 0123abcd\n"), { description: "good", mark: "0123abcd" });
    assert.deepEqual(splitMark("windrose 0123abcd"), { mark: "0123abcd" });
    assert.deepEqual(splitMark("by hand"), { description: "by hand" });
    assert.deepEqual(splitMark(""), {});
    fc.assert(
      fc.property(fc.string(), (text) => {
        const description = text === "" ? undefined : text;
        const expected = description === undefined ? { mark: "0123abcd" } : { description, mark: "0123abcd" };
        assert.deepEqual(splitMark(withMark(description, "0123abcd")), expected);
      }),
    );
  });

  it("is a hidden volume beside an image, and none of the pool's volumes", () => {
    const volume = (name: string): VolumeState => ({
      pool: "p",
      name,
      path: `/pool/${name}`,
      key: `/pool/${name}`,
      format: "raw",
      capacity: 512,
      allocation: 0,
    });
    const all = [".a.qcow2.condemned", "a.qcow2", "b.qcow2", ".b.qcow2.unfinished", ".gone.condemned"].map(volume);
    assert.deepEqual(
      withNotes(all).map(({ name, notes }) => [name, notes]),
      [
        ["a.qcow2", ["condemned"]],
        ["b.qcow2", ["unfinished"]],
      ],
    );
  });
});
