import { createPrivateKey, type KeyObject } from "node:crypto";

/** Whether a text is a private key in PKCS#8 format, which ssh2 does not read. */
export function isPkcs8(text: string): boolean {
  return /-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text);
}

export type Converted =
  | { readonly text: string; readonly passphrase?: undefined }
  | { readonly problem: "no passphrase" | "wrong passphrase" | "type" };

/** The same key, without its passphrase, in a format that ssh2 reads. */
export function fromPkcs8(text: string, passphrase?: string): Converted {
  if (/BEGIN ENCRYPTED/.test(text) && passphrase === undefined)
    return { problem: "no passphrase" };
  let key: KeyObject;
  try {
    key = createPrivateKey({
      key: text,
      ...(passphrase !== undefined && { passphrase }),
    });
  } catch {
    return {
      problem: /BEGIN ENCRYPTED/.test(text) ? "wrong passphrase" : "type",
    };
  }
  switch (key.asymmetricKeyType) {
    case "rsa":
      return { text: pem(key, "pkcs1") };
    case "ec":
      return { text: pem(key, "sec1") };
    case "ed25519":
      return { text: openSsh(key) };
    default:
      return { problem: "type" };
  }
}

function pem(key: KeyObject, type: "pkcs1" | "sec1"): string {
  return String(key.export({ format: "pem", type }));
}

/** An Ed25519 key in OpenSSH's format: openssh-portable, PROTOCOL.key. */
function openSsh(key: KeyObject): string {
  const { x = "", d = "" } = key.export({ format: "jwk" });
  const [publicPart, seed] = [x, d].map((part) =>
    Buffer.from(part, "base64url"),
  ) as [Buffer, Buffer];
  const field = (value: Buffer | string): Buffer => {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([number(bytes.length), bytes]);
  };
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const type = "ssh-ed25519";
  const secret = Buffer.concat([
    // Twice the same number, by which a reader sees that it has deciphered the rest rightly.
    number(0),
    number(0),
    field(type),
    field(publicPart),
    field(Buffer.concat([seed, publicPart])),
    field(""),
  ]);
  const padding = Buffer.from(
    Array.from({ length: -secret.length & 7 }, (_, index) => index + 1),
  );
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(field),
    number(1),
    field(Buffer.concat([field(type), field(publicPart)])),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return [
    "-----BEGIN OPENSSH PRIVATE KEY-----",
    ...lines,
    "-----END OPENSSH PRIVATE KEY-----",
    "",
  ].join("\n");
}
