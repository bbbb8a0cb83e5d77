import assert from "node:assert/strict";
import test from "node:test";

import { parseArguments, UsageError } from "../../lab/arguments";

const understood: [string, unknown][] = [
  ["", { verb: "help" }],
  ["up --help", { verb: "help" }],
  ["down", { verb: "down", name: "bookworm" }],
  ["down --suite trixie", { verb: "down", name: "trixie" }],
  ["down --suite trixie --name mine", { verb: "down", name: "mine" }],
  ["down --all", { verb: "down", all: true }],
  ["status", { verb: "status", json: false, name: undefined }],
  ["status --json", { verb: "status", json: true, name: undefined }],
  [
    "start node-02 --name mine",
    { verb: "start", name: "mine", node: "node-02" },
  ],
  ["reset --name mine", { verb: "reset", name: "mine" }],
  [
    "run --suite trixie -- pulumi up --yes",
    { verb: "run", name: "trixie", argv: ["pulumi", "up", "--yes"] },
  ],
  [
    "exec node-02 -- pcs status --full",
    {
      verb: "exec",
      name: "bookworm",
      node: "node-02",
      argv: ["pcs", "status", "--full"],
    },
  ],
  [
    "ssh --name mine node-01",
    { verb: "ssh", name: "mine", node: "node-01", argv: [] },
  ],
  [
    "up --suite trixie --nodes 2",
    {
      verb: "up",
      options: { suite: "trixie", name: undefined, nodes: 2 },
    },
  ],
];

for (const [line, command] of understood) {
  test(`understands "${line}"`, () => {
    assert.deepEqual(parseArguments(line.split(" ").filter(Boolean)), command);
  });
}

const refused: [string, string][] = [
  ["upp", 'There is no command "upp".'],
  ["up --suite sid", '--suite is bookworm or trixie, not "sid".'],
  ["up --nodes many", '--nodes is a number, not "many".'],
  ["down --nodes 3", '"down" takes no --nodes.'],
  ["down --name mine --all", '"down --all" takes neither --name nor --suite.'],
  [
    "down --all --suite trixie",
    '"down --all" takes neither --name nor --suite.',
  ],
  ["start", '"start" needs a node.'],
  ["start node-01 -- true", '"true" is one too many.'],
  ["up node-01", '"node-01" is one too many.'],
  ["exec", '"exec" needs a node.'],
  ["exec node-01", '"exec" needs a program to run, after "--".'],
  ["exec node-01 node-02 -- true", '"node-02" is one too many.'],
  ["run", '"run" needs a program to run, after "--".'],
];

for (const [line, message] of refused) {
  test(`refuses "${line}"`, () => {
    assert.throws(
      () => parseArguments(line.split(" ")),
      (error) => error instanceof UsageError && error.message === message,
    );
  });
}
