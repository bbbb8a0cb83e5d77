import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { noQuorumWithout, parseVotes } from "../../provider/src/model/votes";

const said = (total: number, quorum: number, flags: string, rows: string[]) =>
  `Quorum information
------------------
Nodes:            ${rows.length}
Quorate:          Yes

Votequorum information
----------------------
Expected votes:   ${total}
Highest expected: ${total}
Total votes:      ${total}
Quorum:           ${quorum}  
Flags:            ${flags} 

Membership information
----------------------
${rows.join("\n")}
`;

const three = said(3, 2, "Quorate", [
  "    Nodeid      Votes Name",
  "         1          1 node-01 (local)",
  "         2          1 node-02",
  "         3          1 node-03",
]);
const two = said(2, 1, "2Node Quorate WaitForAll", [
  "         1          1 one (local)",
  "         2          1 two",
]);
const withDevice = said(3, 2, "Quorate Qdevice", [
  "    Nodeid      Votes    Qdevice Name",
  "         1          1    A,V,NMW one (local)",
  "         2          1    A,V,NMW two",
  "         0          1            Qdevice",
]);

suite("votes", () => {
  test("are read by node, beside what a quorum device adds", () => {
    assert.deepEqual(parseVotes(three), {
      ...{ total: 3, needed: 2 },
      of: new Map([
        ["node-01", 1],
        ["node-02", 1],
        ["node-03", 1],
      ]),
    });
    assert.deepEqual(
      [...parseVotes(withDevice)!.of],
      [
        ["one", 1],
        ["two", 1],
        ["Qdevice", 1],
      ],
    );
    assert.equal(parseVotes(""), undefined);
  });

  test("those that are left have a quorum, or it is said why not", () => {
    const without = (text: string, ...lost: string[]) =>
      noQuorumWithout(parseVotes(text), lost);
    assert.equal(without(three, "node-02"), undefined);
    assert.equal(
      without(three, "node-01", "node-02"),
      "of 3 votes 2 are needed, and 2 would be missing",
    );
    assert.equal(without(two, "one"), undefined);
    assert.equal(without(withDevice, "two"), undefined);
    const heavy = three.replace("2          1 node-02", "2          2 node-02");
    assert.equal(
      without(heavy, "node-02"),
      "of 3 votes 2 are needed, and 2 would be missing",
    );
    assert.equal(
      without(said(2, 2, "Quorate", []), "known by another name"),
      "of 2 votes 2 are needed, and one would be missing",
    );
    assert.match(without("", "one")!, /cannot be read/);
  });
});
