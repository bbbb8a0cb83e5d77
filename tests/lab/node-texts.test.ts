import assert from "node:assert/strict";
import test from "node:test";

import {
  corosyncConf,
  hostsFile,
  initialCib,
  pcsKnownHosts,
} from "../../lab/node-texts";
import { planLab } from "../../lab/plan";

test("corosync.conf has one setting or brace a line", () => {
  assert.equal(
    corosyncConf(planLab({ nodes: 2 })),
    `totem {
    version: 2
    cluster_name: lab
    transport: knet
    crypto_cipher: aes256
    crypto_hash: sha256
}

nodelist {
    node {
        ring0_addr: 192.0.2.11
        name: node-01
        nodeid: 1
    }

    node {
        ring0_addr: 192.0.2.12
        name: node-02
        nodeid: 2
    }
}

quorum {
    provider: corosync_votequorum
    two_node: 1
}

logging {
    to_logfile: yes
    logfile: /var/log/corosync/corosync.log
    to_syslog: yes
    timestamp: on
}
`,
  );
});

for (const nodes of [1, 3, 9]) {
  test(`two_node is not set for ${nodes}`, () => {
    const conf = corosyncConf(planLab({ nodes }));
    assert.equal(conf.includes("two_node"), false);
    assert.equal(conf.match(/nodeid/g)?.length, nodes);
  });
}

test("the first CIB is the installed Pacemaker's own, with two properties", () => {
  const empty =
    '<cib validate-with="pacemaker-3.9"><configuration><crm_config/><nodes/></configuration></cib>';
  assert.equal(
    initialCib(empty),
    '<cib validate-with="pacemaker-3.9"><configuration>' +
      '<crm_config><cluster_property_set id="cib-bootstrap-options">' +
      '<nvpair id="cib-bootstrap-options-stonith-enabled" name="stonith-enabled" value="false"/>' +
      '<nvpair id="cib-bootstrap-options-dc-deadtime" name="dc-deadtime" value="1s"/>' +
      "</cluster_property_set></crm_config><nodes/></configuration></cib>",
  );
  assert.throws(() => initialCib("<cib/>"), /An unknown empty CIB/);
});

test("every node knows every address, the client's too", () => {
  assert.equal(
    hostsFile(planLab({ nodes: 1 })),
    `127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
192.0.2.11 node-01.lab.example node-01
192.0.2.1 client.lab.example client
`,
  );
});

test("pcs knows how to reach pcsd on every node", () => {
  const text = pcsKnownHosts(
    planLab({ nodes: 1 }),
    new Map([["node-01", "secret"]]),
  );
  assert.deepEqual(JSON.parse(text), {
    format_version: 1,
    data_version: 1,
    known_hosts: {
      "node-01": {
        dest_list: [{ addr: "192.0.2.11", port: 2224 }],
        token: "secret",
      },
    },
  });
});
