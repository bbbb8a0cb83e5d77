/** What must be true of an example from its first `up` to its `destroy`: its own files, configured by the stack. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { join } from "node:path";
import type { Lab } from "../../../lab";
import { REPO } from "../../../scripts/cli/places";
import {
  configuration,
  configuredConnection,
  epoch,
  makeProject,
  nothingChanged,
  remembered,
  Sampler,
  succeeded,
  type Project,
  type Watched,
} from "../harness";

export interface Example {
  /** Below examples/. */
  folder: string;
  config: Record<string, string>;
  secrets?: Record<string, string>;
  /** In the order of the start: what must never be there without what comes first (`holds`). */
  watched: Watched[];
  /** What else is to be asserted while it is up; a failover, for instance. It says when something was broken on purpose. */
  whileUp: (project: Project, watch: Watch) => Promise<Broken[] | void>;
}

/** The samplers. That of a node which is to lose its power is ended first, and started when the node is back. */
export interface Watch {
  end: (node: string) => Promise<void>;
  begin: (node: string) => Promise<void>;
}

/** From when to when what an address belongs to was dead and nobody had noticed yet, in seconds since the epoch. */
export interface Broken {
  from: number;
  to: number;
}

/**
 * Runs an example on a fresh lab: one up; another one, which changes nothing; whatever is asserted while it is up; destroy, which
 * leaves nothing of it. Samplers look on every node all the while.
 */
export async function exampleLife(
  test: TestContext,
  lab: Lab,
  { folder, config, secrets, watched, whileUp }: Example,
): Promise<void> {
  const before = await configuration(lab);
  const project = await makeProject(test, lab, {
    program: { folder: join(REPO, "examples", folder) },
    env: { LAB: "" }, // it knows nothing but its configuration
  });
  const { plain, secret } = configuredConnection(lab);
  await project.configure({ ...config, ...plain }, { ...secrets, ...secret });
  const watches = watched.map((one) => ({
    what: one,
    samplers: [] as { node: string; sampler: Sampler }[],
  }));
  const begin = async (node: string) => {
    for (const { what, samplers } of watches) {
      const sampler = await Sampler.start(lab, [node], what);
      test.after(() => sampler.stop());
      samplers.push({ node, sampler });
    }
  };
  const end = async (node: string) => {
    for (const one of watches.flatMap(({ samplers }) => samplers))
      if (one.node === node) await one.sampler.stop();
  };
  const nodes = lab.nodes.map(({ name }) => name);
  await Promise.all(nodes.map(begin));

  const up = succeeded(await project.up());
  const version = await epoch(lab);
  nothingChanged(await project.up(["--expect-no-changes"]));
  assert.equal(await epoch(lab), version, "the CIB was changed");

  const broken = (await whileUp(project, { begin, end })) ?? [];

  const destroyed = succeeded(await project.destroy());
  await Promise.all(nodes.map(end));
  assert.equal(withoutEmpty(await configuration(lab)), before);
  assert.deepEqual(await remembered(lab), []);
  assert.deepEqual(await project.resources(), []);
  for (const { what, samplers } of watches)
    assertOrder(
      samplers.map(({ sampler }) => sampler),
      broken,
      JSON.stringify(what),
    );
  test.diagnostic(
    `up ${up.seconds.toFixed(1)} s, destroy ${destroyed.seconds.toFixed(1)} s`,
  );
}

/** pcs leaves the sections of defaults and of the fencing topology, with nothing in them. */
function withoutEmpty(text: string): string {
  return text.replace(
    /\n {2}<(rsc_defaults|op_defaults|fencing-topology)>(?!\n {4})/g,
    "",
  );
}

/** Asserts that the one was never there without the other, that both were there, and that it was seen which came and went first. */
function assertOrder(
  samplers: readonly Sampler[],
  broken: readonly Broken[],
  what: string,
): void {
  const unexpected = samplers
    .flatMap((sampler) => sampler.misplacements())
    .filter((one) => !broken.some((b) => b.from < one.from && one.to < b.to));
  assert.deepEqual(unexpected, [], what);
  const changes = samplers.flatMap((sampler) => sampler.changes());
  const is = (active: boolean, holds: boolean) =>
    changes.some((one) => one.active === active && one.holds === holds);
  assert.ok(is(true, true), `they came: ${what}`);
  assert.ok(is(false, false), `they went: ${what}`);
  assert.deepEqual(
    changes.filter(({ both }) => both),
    [],
    `the order was not seen: ${what}`,
  );
}
