/** Every wait of this layer, in milliseconds. Tests shorten them; nothing else sets them. */
export interface Bounds {
  /** Until the TCP connection stands, or the jump host has opened the way. */
  tcp: number;
  /** From there until login: banner, key exchange, authentication. */
  ready: number;
  /** How long a jump host may keep us waiting before the next one is tried beside it. */
  headStart: number;
  /** Pauses before connecting again when sshd dropped the connection before it said anything (MaxStartups). */
  dropped: readonly number[];
  /**
   * How long a failure to connect is remembered while another host of the connection works, so that not every resource
   * waits for a dead node: nearly every operation is over by then. Not for ever, since the work on every node needs also
   * the one that has come back in a long operation.
   */
  failure: number;
  /** The same while no other host works: one that comes back must not be shut out then. */
  failureAlone: number;
  /**
   * Between two keepalives; three of them without an answer, nor any other byte, and the connection counts as lost, 6 to
   * 8 s after the last sign of life. sshd answers them while a command runs, in milliseconds. A node too busy to do that
   * for so long has been given up by the cluster itself: corosync waits 3 to 4 s for a node. To be wrong costs little:
   * another node is asked, and a change that was under way is looked at there.
   */
  keepalive: number;
  /** Pauses before a channel is asked for again when the node has no free session. */
  noSession: readonly number[];
  /** From SIGTERM to SIGKILL on the node, when a command exceeds its bound; rounded up to seconds. */
  kill: number;
  /** Beyond that, until this side stops waiting for the node's word. */
  guard: number;
  /** From a command's exit until its output is taken as complete, where a process left behind holds it open. */
  linger: number;
  /** For closing a connection in good order. */
  close: number;
}

export const BOUNDS: Bounds = {
  tcp: 5_000,
  ready: 10_000,
  headStart: 2_500,
  dropped: [300, 900],
  failure: 60_000,
  failureAlone: 10_000,
  keepalive: 2_000,
  noSession: [50, 100, 200, 400, 800, 1_600, 3_200],
  kill: 5_000,
  guard: 5_000,
  linger: 5_000,
  close: 1_000,
};

/** Channels open at once on one connection; sshd's MaxSessions is 10 by default, and rolling use fails from 6 on. */
export const CHANNELS = 4;

/** The most that a command may print on stdout, and on stderr. */
export const OUTPUT_LIMIT = 16 * 1024 * 1024;

/** "5 s", "0.3 s". */
export function seconds(milliseconds: number): string {
  return `${Number((milliseconds / 1000).toFixed(1))} s`;
}
