// Bundles scripts and styles into assets/dist under names that carry their content's hash, each beside its gzip.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const assets = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(assets, "dist");

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });

const result = await build({
  entryPoints: [
    "js/app.js",
    "js/overview.js",
    "js/device.js",
    "js/live.js",
    "css/app.css",
  ].map((file) => path.join(assets, file)),
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  metafile: true,
  target: ["chrome111", "firefox128", "safari17"],
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  legalComments: "none",
});

/** @type {Record<string, string>} */
const manifest = {};
for (const [file, output] of Object.entries(result.metafile.outputs)) {
  if (output.entryPoint)
    manifest[path.basename(output.entryPoint)] = path.basename(file);
}

const icon = await readFile(path.join(assets, "icon.svg"));
const hash = createHash("sha256")
  .update(icon)
  .digest("hex")
  .slice(0, 8)
  .toUpperCase();
manifest["icon.svg"] = `icon-${hash}.svg`;
await writeFile(path.join(dist, manifest["icon.svg"]), icon);

for (const file of await readdir(dist)) {
  const packed = gzipSync(await readFile(path.join(dist, file)), { level: 9 });
  await writeFile(path.join(dist, `${file}.gz`), packed);
}
await writeFile(
  path.join(dist, "manifest.json"),
  `${JSON.stringify(manifest, null, 2)}\n`,
);
