import test, { describe } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { editMain, mainValues } from "../../provider/src/postfix/mainCf";
import {
  editMaster,
  masterServices,
} from "../../provider/src/postfix/masterCf";
import { buildOf, typesIn } from "../../provider/src/postfix/maps";
import { mainOn, wantedOn } from "../../provider/src/postfix/wanted";

const main = `# See postconf(5)
myhostname = node-01.example.org

relayhost =
# of an older one
mynetworks = 127.0.0.0/8
    # inside
    10.0.0.0/8
smtpd_tls_security_level=may
relayhost = [old.example.org]
`;

describe("main.cf", () => {
  test("values go on over lines and past comments, and the last of two counts", () => {
    assert.deepEqual(
      [...mainValues(main)],
      [
        ["myhostname", "node-01.example.org"],
        ["relayhost", "[old.example.org]"],
        ["mynetworks", "127.0.0.0/8 10.0.0.0/8"],
        ["smtpd_tls_security_level", "may"],
      ],
    );
  });

  test("what has its value already stays, letter by letter", () => {
    assert.equal(
      editMain(main, {
        relayhost: "[old.example.org]",
        mynetworks: "127.0.0.0/8   10.0.0.0/8",
        never_there: null,
      }),
      main,
    );
  });

  test("a change replaces the one that counts, and takes away the others of that name", () => {
    assert.equal(
      editMain(main, { relayhost: "[new.example.org]", biff: "no" }),
      main
        .replace("relayhost =\n", "")
        .replace("[old.example.org]", "[new.example.org]") + "biff = no\n",
    );
  });

  test("null takes a parameter out, with the lines that go on with it", () => {
    assert.equal(
      editMain(main, { mynetworks: null }),
      main.replace(/mynetworks[^]*?10\.0\.0\.0\/8\n/, ""),
    );
  });

  test("a last line without its end is ended before another follows", () => {
    assert.equal(editMain("a = b", { c: "d" }), "a = b\nc = d\n");
  });

  test("a changed text has the values, and a second change does nothing", () => {
    const name = fc.constantFrom(
      "relayhost",
      "mynetworks",
      "biff",
      "myhostname",
    );
    const value = fc.option(fc.constantFrom("", "x", "a b", "[c]:25"), {
      nil: null,
    });
    fc.assert(
      fc.property(fc.dictionary(name, value), (changes) => {
        const after = editMain(main, changes);
        const values = mainValues(after);
        for (const [key, wanted] of Object.entries(changes))
          assert.equal(values.get(key) ?? null, wanted);
        assert.equal(editMain(after, changes), after);
      }),
    );
  });
});

const master = `# service type  private unpriv  chroot  wakeup  maxproc command
smtp      inet  n       -       y       -       -       smtpd
#submission inet n      -       y       -       -       smtpd
pickup    unix  n       -       y       60      1       pickup
maildrop  unix  -       n       n       -       -       pipe
  flags=DRXhu user=vmail argv=/usr/bin/maildrop -d \${recipient}
`;

describe("master.cf", () => {
  test("services have their fields, over several lines too", () => {
    assert.deepEqual(
      [...masterServices(master)],
      [
        ["smtp/inet", "n - y - - smtpd"],
        ["pickup/unix", "n - y 60 1 pickup"],
        [
          "maildrop/unix",
          "- n n - - pipe flags=DRXhu user=vmail argv=/usr/bin/maildrop -d ${recipient}",
        ],
      ],
    );
  });

  test("a service that is the same stays; others are replaced, added and taken out", () => {
    assert.equal(
      editMaster(master, {
        "smtp/inet": "n  - y - - smtpd",
        "pickup/unix": "n - y 30 1 pickup",
        "submission/inet": "n - y - - smtpd -o a=b -o c=d",
        "maildrop/unix": null,
      }),
      master
        .replace(/pickup .*\n/, "pickup unix n - y 30 1 pickup\n")
        .replace(/maildrop[^]*$/, "") +
        "submission inet n - y - - smtpd\n  -o a=b\n  -o c=d\n",
    );
  });
});

const folder = "/etc/postfix";
const file = {
  ...{ path: "/etc/postfix/transport", content: "a b\n" },
  ...{ owner: "root", group: "postfix", mode: "0640" },
};

describe("maps", () => {
  test("a type that is built has its file, and one that is read as a text has none", () => {
    const node = {
      ...{ name: "node-01", types: ["hash", "lmdb", "cidr"], altered: [] },
    };
    assert.equal(
      buildOf("x", file, "hash", node, folder)?.makes,
      `${file.path}.db`,
    );
    assert.equal(
      buildOf("x", file, "lmdb", node, folder)?.makes,
      `${file.path}.lmdb`,
    );
    assert.equal(buildOf("x", file, "lmdb", node, folder)?.mode, "0640");
    assert.equal(buildOf("x", file, "cidr", node, folder), undefined);
  });

  test("a type that a node does not have is refused with those that it has", () => {
    assert.throws(
      () =>
        buildOf(
          "smtp_postfix",
          file,
          "lmdb",
          { name: "node-02", types: ["hash", "cidr"], altered: [] },
          folder,
        ),
      {
        message:
          `smtp_postfix: the map /etc/postfix/transport is to be of the type "lmdb", and the Postfix of node-02 has only hash, ` +
          `cidr. Install the package postfix-lmdb there, or choose another type. Nothing was changed.`,
      },
    );
  });

  test("types are found in values", () => {
    assert.deepEqual(
      typesIn(
        "proxy:hash:/etc/a, lmdb:$config_directory/b inet:host:25 cidr:/c",
      ),
      ["hash", "lmdb", "cidr"],
    );
  });
});

describe("a node's own", () => {
  const declared = {
    folder,
    main: {
      a: true,
      b: ["x", "y"],
      c: 5,
      d: { perNode: { "node-01": "one", "node-02": null } },
    },
  };

  test("values are texts, and one of each node is its own", () => {
    assert.deepEqual(mainOn("x", declared, "node-01"), {
      ...{ a: "yes", b: "x, y", c: "5", d: "one" },
    });
    assert.equal(mainOn("x", declared, "node-02").d, null);
  });

  test("a node that perNode does not name is refused", () => {
    assert.throws(() => mainOn("x", declared, "node-03"), {
      kind: "validation",
      message:
        "x: main.d has no value for the node node-03: perNode must name each of the cluster's nodes. Nothing was changed.",
    });
  });

  test("its files are its own texts with what is declared, and owner and mode as they are", () => {
    const seen = (text: string) => ({
      ...{ isUnfinished: false, sha256: "0", text },
      ...{ owner: "root", group: "adm", mode: "0640" },
    });
    const { files, builds } = wantedOn(
      "x",
      {
        folder,
        main: { relayhost: "r" },
        master: {},
        maps: { transport: { ...file, type: undefined as never } },
        files: {},
        tls: { key: "KEY", cert: "CERT\n" },
      },
      {
        ...{ name: "node-01", types: ["cdb"], defaultType: "cdb" },
        altered: [],
        seen: {
          "/etc/postfix/main.cf": seen("a = b\n"),
          "/etc/postfix/master.cf": seen(master),
        },
      },
    );
    assert.deepEqual(
      files.map(({ path, content, group, mode }) => [
        path,
        content,
        group,
        mode,
      ]),
      [
        [
          "/etc/postfix/main.cf",
          "a = b\nsmtpd_tls_key_file = /etc/postfix/smtpd-key.pem\n" +
            "smtpd_tls_cert_file = /etc/postfix/smtpd-cert.pem\nrelayhost = r\n",
          ...["adm", "0640"],
        ],
        ["/etc/postfix/master.cf", master, "adm", "0640"],
        ["/etc/postfix/transport", "a b\n", "postfix", "0640"],
        ["/etc/postfix/smtpd-key.pem", "KEY\n", "root", "0600"],
        ["/etc/postfix/smtpd-cert.pem", "CERT\n", "root", "0644"],
      ],
    );
    assert.deepEqual(
      builds.map(({ makes }) => makes),
      ["/etc/postfix/transport.cdb"],
    );
  });
});
