interface LockFile {
  packages?: Record<
    string,
    { version?: string; link?: boolean; optional?: boolean }
  >;
}

/** Does what npm says it installed match what the lock file asks for? */
export function satisfies(wanted: LockFile, installed: LockFile): boolean;

export function isInstalled(repo: string): boolean;
export function hasOutput(repo: string): boolean;
export function isBuilt(repo: string): boolean;

/** Notes the sources as they are now; the returned function records them as built. */
export function markBuilt(repo: string): () => void;
