import { X509Certificate, createPrivateKey } from "node:crypto";
import { z } from "zod";
import { account, content, file, mode, namedFiles } from "./fileInputs";
import { text } from "./inputs";

const control = /[\p{Cc}]/u;

const mainWords = `a text, a number, true or false, a list of texts, null, or { perNode: { NODE: value } }`;

const single = z.union(
  [
    z.string().refine((value) => !control.test(value)),
    z.number(),
    z.boolean(),
    z.array(z.string().refine((value) => !control.test(value))),
    z.null(),
  ],
  { error: `must be ${mainWords}, without line breaks` },
);

const mainValue = z.union(
  [single, z.strictObject({ perNode: z.record(z.string(), single) })],
  { error: `must be ${mainWords}, without line breaks` },
);

const parameter = text(
  `the name of a parameter of main.cf, such as "relayhost"`,
  (value) => /^[A-Za-z0-9_.-]+$/.test(value),
);

const masterKey = text(
  `a service and its type, such as "submission/inet"`,
  (value) => /^[^\s/#]+\/(inet|unix|unix-dgram|fifo|pass)$/.test(value),
);

const masterFields = z
  .string({
    error: `must be the fields after the type, such as "n - y - - smtpd", or null`,
  })
  .refine(
    (value) =>
      !control.test(value) &&
      value.trim().split(/\s+/).length >= 6 &&
      /^([yn-]\s+){3}/.test(value.trim()),
    {
      error: `must be the fields after the type, such as "n - y - - smtpd", or null`,
    },
  )
  .nullable();

const mapType = text(`a type of map such as "lmdb"`, (value) =>
  /^[a-z][a-z0-9]*$/.test(value),
);

const map = z.strictObject({
  content,
  type: mapType.optional(),
  owner: account.default("root"),
  group: account.default("postfix"),
  mode: mode.default("0640"),
});

const tls = z
  .strictObject({ key: content, cert: content })
  .superRefine(({ key, cert }, context) => {
    const problem = tlsProblem(key, cert);
    if (problem)
      context.addIssue({
        code: "custom",
        path: [problem.path],
        message: problem.message,
      });
  });

function tlsProblem(
  key: string,
  cert: string,
): { path: string; message: string } | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    return {
      path: "cert",
      message: "holds no certificate in PEM that can be read",
    };
  }
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) return undefined;
  } catch {
    return {
      path: "key",
      message:
        "holds no private key in PEM that can be read without a passphrase",
    };
  }
  return {
    path: "key",
    message: "is not the key of the first certificate in cert",
  };
}

export const postfixSchema = {
  main: z.record(parameter, mainValue).optional(),
  master: z.record(masterKey, masterFields).optional(),
  maps: namedFiles(map).optional(),
  tls: tls.optional(),
  files: namedFiles(file).optional(),
};
