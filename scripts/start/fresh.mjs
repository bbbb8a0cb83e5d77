import { createHash } from "node:crypto";
import {
  existsSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

export function satisfies(wanted, installed) {
  const there = installed.packages ?? {};
  return Object.entries(wanted.packages ?? {}).every(([path, entry]) => {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/"))
      return true; // ours
    const found = there[path];
    // npm leaves out what is optional and made for another platform
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.link === entry.link;
  });
}

export function isInstalled(repo) {
  const modules = join(repo, "node_modules");
  if (!existsSync(modules)) return false;
  // npm's own record of what it put into node_modules
  const installed = readJson(join(modules, ".package-lock.json"));
  return satisfies(readJson(join(repo, "package-lock.json")), installed);
}

function sourceFiles(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => sourceFiles(join(path, name)));
}

function sourcesHash(repo) {
  const hash = createHash("sha256");
  const roots = [
    "tsconfig.json",
    "package-lock.json",
    "provider/tsconfig.json",
    "provider/src",
  ];
  for (const file of roots.flatMap((root) => sourceFiles(join(repo, root)))) {
    hash.update(`${file.slice(repo.length)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

function stampFile(repo) {
  return join(repo, "node_modules", ".provider-built-from");
}

export function hasOutput(repo) {
  return existsSync(join(repo, "provider/dist/index.js"));
}

export function isBuilt(repo) {
  if (!hasOutput(repo)) return false;
  if (!existsSync(stampFile(repo))) return false;
  return readFileSync(stampFile(repo), "utf8") === sourcesHash(repo);
}

export function markBuilt(repo) {
  const hash = sourcesHash(repo);
  return () => writeFileSync(stampFile(repo), hash);
}
