import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join, relative } from "node:path";
import { promisify } from "node:util";

const root = join(__dirname, "../..");

/** What a process of its own has loaded after `code`, beyond @pulumi/pulumi, and the file that drew each in. */
async function loadedBy(code: string): Promise<Map<string, string>> {
  const script = `
    require("@pulumi/pulumi");
    const before = new Set(Object.keys(require.cache));
    ${code};
    const all = Object.values(require.cache).filter((one) => !before.has(one.filename));
    const by = (one) => Object.values(require.cache).find((other) => other.children.includes(one));
    console.log(JSON.stringify(all.map((one) => [one.filename, by(one)?.filename ?? ""])));
  `;
  const argv = ["--require", require.resolve("tsx/cjs"), "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, argv, {
    cwd: root,
    timeout: 60_000,
    maxBuffer: 1 << 24,
  });
  const all = JSON.parse(stdout) as [string, string][];
  return new Map(all.map(([file, by]) => [relative(root, file), relative(root, by)]));
}

/** Whether a file is a package's. */
const isPackaged = (file: string) => file.startsWith("node_modules/");
/** The one package that tables need, which is one file. */
const subnets = "node_modules/ipaddr.js/";

function refuse(loaded: ReadonlyMap<string, string>, why: string, isWrong: (file: string) => boolean): void {
  const wrong = [...loaded].filter(([file]) => isWrong(file)).map(([file, by]) => `${file}, by ${by}`);
  assert.deepEqual(wrong, [], why);
}

describe("what is loaded", function () {
  this.timeout(70_000);

  describe("with the import of a program", () => {
    let loaded: Map<string, string>;
    before(async () => {
      loaded = await loadedBy('require("./provider/index.ts")');
    });

    it("is every class and table", () => {
      for (const kind of ["host", "virtual-machine", "kubernetes-node"])
        for (const file of ["index", "fields"]) assert.ok(loaded.has(`provider/resources/${kind}/${file}.ts`));
    });

    it("is nothing of what works on a host", () => {
      const light = ["provider/drivers/features.ts", "provider/cloud-init/public-key.ts"];
      const heavy = /^provider\/(drivers|transports|host-system|guest|downloads|cloud-init)\//;
      refuse(loaded, "a class or a table draws in what only the provider's process needs", (file) => {
        return heavy.test(file) && !light.includes(file);
      });
    });

    it("is nothing of the lifecycle, nor any resource's definition", () => {
      const lifecycle = ["provider/lifecycle/lifecycle.ts", "provider/pulumi/dynamic.ts", "provider/pulumi/engine.ts"];
      refuse(loaded, "a class or a table draws in the lifecycle", (file) => {
        return lifecycle.includes(file) || /^provider\/resources\/[^/]+\/definition\.ts$/.test(file);
      });
    });

    it("is no more package with the components", async () => {
      refuse(await loadedBy('require("./components/index.ts")'), "load it when a text is made", (file) => {
        return isPackaged(file) && !file.startsWith(subnets);
      });
    });

    it("is one package, which is one file", () => {
      refuse(loaded, "a class or a table draws in a package; load it when a value is checked", (file) => {
        return isPackaged(file) && !file.startsWith(subnets);
      });
    });
  });

  describe("with the provider's entry", () => {
    let loaded: Map<string, string>;
    before(async () => {
      loaded = await loadedBy('require("./provider/entry.ts").resource("StoragePool")');
    });

    it("is no definition but that of the resource", () => {
      const definitions = [...loaded.keys()].filter((file) => file.endsWith("/definition.ts"));
      assert.deepEqual(definitions, ["provider/resources/storage-pool/definition.ts"]);
    });

    it("is no package before a value is checked, a text is read or a host is reached", () => {
      refuse(loaded, "load it when it is first used", isPackaged);
    });

    it("is of a driver what a preview asks of it, and not the driver itself", () => {
      refuse(loaded, "a driver is loaded by its `open`", (file) => /^provider\/drivers\/[^/]+\/driver\.ts$/.test(file));
    });
  });
});
