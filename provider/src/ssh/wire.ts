import { connect as connectTcp } from "node:net";
import type { Duplex } from "node:stream";
import { PacemakerError } from "../errors";
import { seconds, type Bounds } from "./bounds";
import type { Client } from "./client";
import type { Endpoint } from "./endpoint";
import { socketFailure, stageTimeout, type SshError } from "./failures";

/** The bytes under an ssh connection. It starts held: the process stays alive for it until `unref`. */
export interface Wire {
  stream: Duplex;
  ref(): void;
  unref(): void;
}

/** A TCP connection, made here rather than by ssh2 so that its bound, its options and its errors are ours. */
export function tcpWire(endpoint: Endpoint, bounds: Bounds): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: endpoint.host, port: endpoint.port });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(stageTimeout(endpoint, "connect", bounds));
    }, bounds.tcp);
    // Stays for ever: an error may come at any time, and without a listener it would end the process.
    socket.on("error", (error) => {
      clearTimeout(timer);
      reject(socketFailure(endpoint, "connect", error));
    });
    socket.once("connect", () => {
      clearTimeout(timer);
      // A command is a few small packets to and fro; Nagle's algorithm would hold each of them back. Only now: on a
      // socket that is not connected yet the setting gets lost.
      socket.setNoDelay(true);
      resolve({
        stream: socket,
        ref: () => socket.ref(),
        unref: () => socket.unref(),
      });
    });
  });
}

/** The jump host gives no sign of life. */
export class SilentJumpError extends Error {}

/**
 * The way through a jump host that is already connected.
 *
 * @param hasOthers whether there is another jump host: then one that is silent is not waited for
 * @throws SilentJumpError in that case, else PacemakerError
 */
export function jumpWire(
  jump: Client,
  endpoint: Endpoint,
  bounds: Bounds,
  hasOthers: boolean,
): Promise<Wire> {
  const through = `${endpoint.label} (through ${jump.endpoint.label})`;
  const fail = (kind: "connect" | "configuration", text: string) =>
    new PacemakerError(kind, `${through}: ${text}`, endpoint.host);
  return new Promise((resolve, reject) => {
    let held = true;
    jump.ref();
    const unref = () => {
      if (held) jump.unref();
      held = false;
    };
    let late = false;
    const started = performance.now();
    const silence = setTimeout(() => {
      // It has nothing to wait for before it answers a ping; the node behind it may be slow, and that is another matter.
      if (!hasOthers || jump.heard >= started) return;
      late = true;
      clearTimeout(timer);
      unref();
      reject(new SilentJumpError());
    }, bounds.headStart);
    const timer = setTimeout(() => {
      late = true;
      clearTimeout(silence);
      unref();
      reject(
        fail(
          "connect",
          `the jump host got no TCP connection within ${seconds(bounds.tcp)}. Is the node up?`,
        ),
      );
    }, bounds.tcp);
    const settled = (error: SshError | undefined, channel?: Duplex) => {
      clearTimeout(timer);
      clearTimeout(silence);
      if (late || error || !channel) {
        channel?.on("error", () => {}).destroy();
        unref();
        if (error?.reason === 1) {
          reject(
            fail(
              "configuration",
              "the jump host's sshd does not forward. Allow it there: `AllowTcpForwarding yes`.",
            ),
          );
        } else {
          reject(
            fail(
              "connect",
              `the jump host cannot reach it: ${error?.message ?? "no channel"}. Is the node up?`,
            ),
          );
        }
        return;
      }
      channel.on("error", () => {}).once("close", unref);
      resolve({
        stream: channel,
        unref,
        ref: () => {
          if (!held && !channel.destroyed) jump.ref();
          held = true;
        },
      });
    };
    jump.ping();
    try {
      jump.ssh.forwardOut(
        "127.0.0.1",
        0,
        endpoint.host,
        endpoint.port,
        (error, channel) =>
          settled(error as SshError | undefined, error ? undefined : channel),
      );
    } catch (error) {
      settled(error as SshError);
    }
  });
}
