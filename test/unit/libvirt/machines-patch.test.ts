import assert from "node:assert/strict";
import fc from "fast-check";
import { WindroseError } from "../../../provider/basics/errors";
import { applyPatch } from "../../../provider/drivers/libvirt/machines/patch";
import { parseXml, serializeXml } from "../../../provider/drivers/libvirt/xml";
import type { XmlPatch } from "../../../provider/drivers/model";
import { pathProblem } from "../../../provider/drivers/patch-path";
import { text } from "./machines-arbitrary";

const original =
  '<domain type="qemu"><name>boreas</name><uuid>u</uuid><metadata><m/></metadata><vcpu>1</vcpu><devices><disk type="file"><alias name="ua-disk-a"/></disk><disk type="block"/><disk type="file" device="cdrom"/></devices></domain>';

function patched(patch: XmlPatch): string {
  const domain = parseXml(original, "it");
  applyPatch(domain, patch);
  return serializeXml(domain);
}

const isCode = (code: string) => (error: unknown) => error instanceof WindroseError && error.code === code;

describe("a patch of the definition", () => {
  it("sets attributes and texts, of what is there and of what it makes", () => {
    assert.match(patched({ set: { "/domain/vcpu/@placement": "static" } }), /<vcpu placement="static">1<\/vcpu>/);
    assert.match(patched({ set: { "/domain/vcpu": "4" } }), /<vcpu>4<\/vcpu>/);
    assert.match(patched({ set: { "/domain/@type": "kvm" } }), /^<domain type="kvm">/);
    assert.match(
      patched({ set: { "/domain/devices/disk[2]/driver/@queues": "4" } }),
      /<disk type="block"><driver queues="4"\/>/,
    );
    assert.match(
      patched({ set: { "/domain/devices/disk[@device='cdrom']/serial": "x" } }),
      /device="cdrom"><serial>x<\/serial>/,
    );
    assert.match(
      patched({ set: { "/domain/devices/sound[@model='ich9']/codec/@type": "micro" } }),
      /<sound model="ich9"><codec type="micro"\/><\/sound>/,
    );
    assert.match(patched({ set: { "/domain/devices/disk[4]/@type": "dir" } }), /<disk type="dir"\/><\/devices>/);
  });

  it("removes what the path finds, and minds nothing where it finds nothing", () => {
    assert.doesNotMatch(patched({ remove: ["/domain/devices/disk"] }), /<disk/);
    assert.equal(
      patched({ remove: ["/domain/devices/disk[1]", "/domain/devices/disk[2]"] }).match(/<disk /g)?.length,
      1,
    );
    assert.doesNotMatch(patched({ remove: ["/domain/devices/disk[@type='file']"] }), /type="file"/);
    assert.doesNotMatch(patched({ remove: ["/domain/devices/disk/@device"] }), /cdrom/);
    assert.equal(
      patched({ remove: ["/domain/devices/sound", "/domain/vcpu/@cpuset", "/domain/devices/disk[9]"] }),
      original,
    );
  });

  it("declares QEMU's namespace where a path uses it", () => {
    const xml = patched({ set: { "/domain/qemu:commandline/qemu:arg/@value": "-no-hpet" } });
    assert.match(xml, /xmlns:qemu="http:\/\/libvirt.org\/schemas\/domain\/qemu\/1.0"/);
  });

  it("escapes hostile values", () => {
    fc.assert(
      fc.property(text, (value) => {
        const read = parseXml(patched({ set: { "/domain/title": `.${value}.`, "/domain/@id": value } }), "it");
        assert.equal(read.text("title"), `.${value}.`);
        assert.equal(read.attribute("id"), value);
        assert.equal(read.elements().length, 6);
      }),
    );
    assert.throws(() => patched({ set: { "/domain/title": "\0" } }), isCode("invalid-input"));
  });

  it("never touches the machine's identity or a device's", () => {
    const paths = [
      "/domain/name",
      "/domain/uuid",
      "/domain/uuid[2]",
      "/domain/metadata",
      "/domain/metadata/m/@a",
      "/domain/name[@a='b']",
      "/domain/devices/disk[1]/alias/@name",
      "/domain/devices/disk/alias",
      "/domain",
    ];
    for (const path of paths) {
      assert.throws(() => patched({ set: { [path]: "x" } }), isCode("invalid-input"), path);
      assert.throws(() => patched({ remove: [path] }), isCode("invalid-input"), path);
      assert.notEqual(pathProblem(path), undefined, path);
    }
  });

  it("refuses other paths, before anything is changed", () => {
    const paths = [
      "",
      "/",
      "domain/vcpu",
      "//disk",
      "/domain//disk",
      "/domain/*",
      "/domain/disk[0]",
      "/domain/disk[last()]",
      "/domain/disk[@a]",
      "/domain/@a/b",
      "/domain/a b",
      "/domain/..",
      "/network/name",
      "/domain[1]/vcpu",
      "/domain/x/",
      "/domain/disk[1][2]",
      "/domain/<x>",
      "/domain/-x",
    ];
    for (const path of paths) {
      assert.notEqual(pathProblem(path), undefined, path);
      const domain = parseXml(original, "it");
      assert.throws(
        () => applyPatch(domain, { set: { "/domain/vcpu": "9" }, remove: [path] }),
        isCode("invalid-input"),
        path,
      );
      assert.equal(serializeXml(domain), original);
    }
    assert.throws(() => patched({ set: { "/domain/devices/disk[9]/@a": "b" } }), isCode("invalid-input"));
  });
});
