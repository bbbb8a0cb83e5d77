import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
} from "node:fs";
import { rmSync, rmdirSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// The lock is a folder that holds one file, named after its owner. Every step is one rename, so that two
// processes that find a dead owner cannot both take over:
// - taking it: rename a prepared folder to the lock's name (fails while the lock holds a file)
// - taking it over from a dead owner: rename the owner's file to one's own (fails when somebody was faster)

/** @returns {string | undefined} when the process started, so that a reused pid is not taken for the owner */
function startTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

function ownerName(pid) {
  return `${pid}.${startTime(pid) ?? "0"}`;
}

function isAlive(owner) {
  const pid = Number(owner.split(".")[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  return ownerName(pid) === owner;
}

function take(dir, me) {
  const staging = mkdtempSync(`${dir}.`);
  writeFileSync(join(staging, me), "");
  try {
    renameSync(staging, dir);
    return true;
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    if (!["ENOTEMPTY", "EEXIST"].includes(error.code)) throw error;
    return false;
  }
}

function takeOver(dir, owner, me) {
  try {
    renameSync(join(dir, owner), join(dir, me));
    return true;
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return false;
  }
}

function currentOwner(dir) {
  try {
    return readdirSync(dir)[0];
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  }
}

function release(dir, me) {
  try {
    unlinkSync(join(dir, me));
    rmdirSync(dir);
  } catch {
    // somebody took it the moment it was free
  }
}

export async function withLock(dir, onWait, work) {
  const me = ownerName(process.pid);
  mkdirSync(dirname(dir), { recursive: true });
  for (let told = false; !take(dir, me);) {
    const owner = currentOwner(dir);
    if (owner === undefined) continue;
    if (!isAlive(owner)) {
      if (takeOver(dir, owner, me)) break;
      continue;
    }
    if (!told) onWait(owner.split(".")[0]);
    told = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    release(dir, me);
  }
}
