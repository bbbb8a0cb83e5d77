import { deferred, type Deferred } from "../deferred";

/** What became of one password of one user, for all hosts of a connection: they often share accounts, and those lock. */
export interface Password {
  /**
   * Asks whether it may be sent now. While it is on the way to another host, that one's word is waited for, though not
   * for long: that host may hang.
   *
   * @returns the host that has refused it, where one has: then it must not be sent.
   */
  ask(): Promise<string | undefined>;
  /** A host took it. A refusal by another one is that one's own matter from then on. */
  accepted(): void;
  refused(by: string): void;
  /** The host to which it was sent has said neither. */
  undecided(): void;
}

/** @param patience how long to wait for another host's word, in milliseconds */
export function passwordRecord(patience: number): Password {
  let wasAccepted = false;
  let refusedBy: string | undefined;
  let underWay: Deferred<void> | undefined;

  const end = (): void => {
    underWay?.resolve();
    underWay = undefined;
  };
  return {
    async ask() {
      const until = performance.now() + patience;
      while (underWay && refusedBy === undefined && !wasAccepted) {
        const left = until - performance.now();
        if (left <= 0) return undefined;
        await atMost(left, underWay.promise);
      }
      if (refusedBy === undefined && !wasAccepted) underWay = deferred();
      return refusedBy;
    },
    accepted() {
      wasAccepted = true;
      end();
    },
    refused(by) {
      if (!wasAccepted) refusedBy ??= by;
      end();
    },
    undecided: end,
  };
}

async function atMost(
  milliseconds: number,
  promise: Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
