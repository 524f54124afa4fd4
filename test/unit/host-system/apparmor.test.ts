import assert from "node:assert/strict";
import { profileText } from "../../../provider/host-system/preparation/apparmor";
import type { Claim } from "../../../provider/host-system/preparation/claims";

describe("lines for AppArmor", () => {
  it("stand between marks, and leave a file as it was", () => {
    const claim = (name: string): Claim => ({ kind: "apparmor", name, before: null, set: [], holders: {} });
    for (const old of ["", "# theirs\n", "/x r,\n# more\n"]) {
      const text = profileText(old, [claim("/srv/b"), claim("/srv/a")], "rwk");
      assert.match(text, /"\/srv\/a\/\*\*" rwk,\n"\/srv\/b\/" r,/);
      assert.ok(text.startsWith(old));
      assert.equal(profileText(text, [], "rwk"), old);
    }
  });
});
