import { X509Certificate } from "node:crypto";
import { shipped } from "../shipped";

/** What a mail service must show to who talks to it. */
export interface Expectations {
  readonly port: number;
  /** Must stand in the greeting, such as the host name. */
  readonly banner?: string;
  /** Extensions that EHLO must offer, such as "SIZE". */
  readonly ehlo?: readonly string[];
  /** TLS by STARTTLS must be offered, and work. */
  readonly starttls?: boolean;
  /** The name that the certificate must be made out for, and how many days it must still hold. */
  readonly certificate?: { readonly name: string; readonly days: number };
}

/** What one dialogue came to. */
export interface Dialogue {
  /** Why it ended early: no connection, no answer, no TLS. */
  readonly error?: string | undefined;
  readonly isConnected: boolean;
  /** What went over the wire before TLS and after it: "< " theirs, "> " ours. */
  readonly wire: readonly string[];
  readonly greeting: readonly string[];
  /** The answer to the last EHLO, line by line. */
  readonly ehlo: readonly string[];
  readonly isEncrypted: boolean;
  /** As base64 of its DER form. */
  readonly certificate?: string | undefined;
}

/** Whether the service is to be spoken to in TLS from the first byte (RFC 8314). */
export function isWrapped(port: number): boolean {
  return port === 465;
}

/** Whether the dialogue goes on to TLS. */
export function wantsTls({ starttls, certificate }: Expectations): boolean {
  return starttls === true || certificate !== undefined;
}

/** What in a dialogue is not as expected, a sentence each. */
export function judge(
  dialogue: Dialogue,
  expected: Expectations,
  now: Date,
): string[] {
  const { greeting, ehlo, error } = dialogue;
  if (!dialogue.isConnected) return [`no connection: ${error}`];
  const status = greeting.at(-1)?.slice(0, 3);
  if (status === undefined) return [`no greeting: ${error}`];
  if (status !== "220") return [`the greeting is ${greeting.join(" ")}`];
  const extensions = ehlo
    .slice(1)
    .map((line) => line.slice(4).split(/[ =]/)[0]!.toUpperCase());
  const missing = (expected.ehlo ?? []).filter(
    (name) => !extensions.includes(name.toUpperCase()),
  );
  const isAccepted = ehlo.at(-1)?.startsWith("250") === true;
  return [
    ...(expected.banner !== undefined &&
    !greeting.join("\n").includes(expected.banner)
      ? [
          `the greeting is "${greeting.at(-1)!.slice(4)}", and must hold "${expected.banner}"`,
        ]
      : []),
    ...(isAccepted
      ? missing.map((name) => `EHLO does not offer ${name}`)
      : [`EHLO is refused: ${ehlo.join(" ") || error}`]),
    ...(isAccepted && wantsTls(expected) && !dialogue.isEncrypted
      ? [
          isWrapped(expected.port)
            ? `no TLS: ${error}`
            : `no TLS by STARTTLS: ${error ?? "it is not offered"}`,
        ]
      : []),
    ...(dialogue.isEncrypted && expected.certificate
      ? wrongCertificate(dialogue.certificate, expected.certificate, now)
      : []),
    ...(error !== undefined && isAccepted && !wantsTls(expected)
      ? [error]
      : []),
  ];
}

function wrongCertificate(
  base64: string | undefined,
  { name, days }: { name: string; days: number },
  now: Date,
): string[] {
  if (base64 === undefined) return ["it shows no certificate"];
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(Buffer.from(base64, "base64"));
  } catch (error) {
    return [`its certificate cannot be read: ${(error as Error).message}`];
  }
  const { subject, subjectAltName, validTo } = certificate;
  const left = (Date.parse(validTo) - now.getTime()) / 86_400_000;
  const made = subjectAltName ?? subject.replaceAll("\n", ", ");
  return [
    ...(certificate.checkHost(name) === undefined
      ? [`the certificate is made out for ${made}, and not for ${name}`]
      : []),
    ...(left < 0
      ? [`the certificate has expired: ${validTo}`]
      : left < days
        ? [
            `the certificate expires in ${Math.floor(left)} days: ${validTo}; at least ${days} are expected`,
          ]
        : []),
  ];
}

/** How long each answer may take, in seconds: postscreen makes a client wait for 6. */
export const answerSeconds = 15;

/** A greeting of more lines is no mail service's. */
export const mostLines = 100;

/**
 * The same dialogue for a node, in Python, which pcs is written in. Its first argument says what is asked, and it
 * prints a `Dialogue`.
 */
export const pythonDialogue = (): string => shipped(__dirname, "dialogue.py");

/** What is asked of it, for its first argument. */
export function dialogueRequest(
  address: string,
  expected: Expectations,
): string {
  const { port } = expected;
  return JSON.stringify({
    ...{ address, port, answerSeconds, mostLines },
    ...{ isWrapped: isWrapped(port), wantsTls: wantsTls(expected) },
  });
}
