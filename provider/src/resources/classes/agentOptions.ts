/**
 * The options of agents, as they say themselves: type, whether the agent requires it, and its default. Made by
 * "npm run agents" from the packages of Debian 12 and Debian 13: do not edit.
 * - Debian 12: pacemaker-resource-agents 2.1.5-1+deb12u1
 * - Debian 12: resource-agents 1:4.12.0-2
 * - Debian 13: pacemaker-resource-agents 3.0.0-2
 * - Debian 13: resource-agents 1:4.16.0-3+deb13u2
 */
import type * as pulumi from "@pulumi/pulumi";
import type { AttributeValue } from "./args";

type Value = pulumi.Input<AttributeValue>;

/** By agent, as pcs spells it. */
export interface AgentOptions {
  "ocf:heartbeat:AoEtarget": {
    /** string, required */
    device?: Value;
    /** string, required, default "eth0" */
    nic?: Value;
    /** integer */
    shelf?: Value;
    /** integer, required */
    slot?: Value;
    /** string */
    pid?: Value;
    /** string, default "/usr/sbin/vblade" */
    binary?: Value;
  };
  "ocf:heartbeat:AudibleAlarm": {
    /** string */
    nodelist?: Value;
  };
  "ocf:heartbeat:CTDB": {
    /** string, required */
    ctdb_recovery_lock?: Value;
    /** boolean, default "no" */
    ctdb_manages_samba?: Value;
    /** boolean, default "no" */
    ctdb_manages_winbind?: Value;
    /** string */
    ctdb_service_smb?: Value;
    /** string */
    ctdb_service_nmb?: Value;
    /** string */
    ctdb_service_winbind?: Value;
    /** boolean, default "yes" */
    ctdb_samba_skip_share_check?: Value;
    /** integer, default "100" */
    ctdb_monitor_free_memory?: Value;
    /** boolean, default "no" */
    ctdb_start_as_disabled?: Value;
    /** string, default "/etc/ctdb" */
    ctdb_config_dir?: Value;
    /** string, default "/usr/bin/ctdb" */
    ctdb_binary?: Value;
    /** string, default "/usr/sbin/ctdbd" */
    ctdbd_binary?: Value;
    /** string, default "/run/ctdb/ctdbd.socket" */
    ctdb_socket?: Value;
    /** string, default "/var/run" */
    ctdb_dbdir?: Value;
    /** string, default "/var/log/ctdb/log.ctdb" */
    ctdb_logfile?: Value;
    /** string, default "/run/ctdb" */
    ctdb_rundir?: Value;
    /** integer, default "10" */
    ctdb_timeout?: Value;
    /** integer, default "2" */
    ctdb_debuglevel?: Value;
    /** integer */
    ctdb_max_open_files?: Value;
    /** string, default "/etc/samba/smb.conf" */
    smb_conf?: Value;
    /** string */
    smb_private_dir?: Value;
    /** string, default "tdbsam" */
    smb_passdb_backend?: Value;
    /** string, default "tdb2" */
    smb_idmap_backend?: Value;
    /** string */
    smb_fileid_algorithm?: Value;
  };
  "ocf:heartbeat:ClusterMon": {
    /** string, default "root" */
    user?: Value;
    /** integer, default "15000" */
    update?: Value;
    /** string */
    extra_options?: Value;
    /** string */
    pidfile?: Value;
    /** string */
    htmlfile?: Value;
  };
  "ocf:heartbeat:Delay": {
    /** integer, default "20" */
    startdelay?: Value;
    /** integer, default "30" */
    stopdelay?: Value;
    /** integer, default "30" */
    mondelay?: Value;
  };
  "ocf:heartbeat:Dummy": {
    /** string */
    state?: Value;
    /** string, default "dummy" */
    fake?: Value;
  };
  "ocf:heartbeat:EvmsSCC": {
    /** boolean, default "false" */
    ignore_deprecation?: Value;
  };
  "ocf:heartbeat:Evmsd": {
    /** boolean, default "false" */
    ignore_deprecation?: Value;
  };
  "ocf:heartbeat:Filesystem": {
    /** string, required */
    device?: Value;
    /** string, required */
    directory?: Value;
    /** string, required */
    fstype?: Value;
    /** string */
    options?: Value;
    /** string, default ".Filesystem_status/" */
    statusfile_prefix?: Value;
    /** string, default "auto" */
    run_fsck?: Value;
    /** boolean, default "no" */
    fast_stop?: Value;
    /** boolean, default "false" */
    force_clones?: Value;
    /** string, default "true" */
    force_unmount?: Value;
    /** string, default "TERM", on Debian 13 alone */
    term_signals?: Value;
    /** string, default "KILL", on Debian 13 alone */
    kill_signals?: Value;
    /** string, default "1", on Debian 13 alone */
    signal_delay?: Value;
  };
  "ocf:heartbeat:ICP": {
    /** string, required */
    driveid?: Value;
    /** string, required */
    device?: Value;
  };
  "ocf:heartbeat:IPaddr": {
    /** string, required */
    ip?: Value;
    /** string, default "eth0" */
    nic?: Value;
    /** string */
    cidr_netmask?: Value;
    /** string */
    broadcast?: Value;
    /** string */
    iflabel?: Value;
    /** boolean, default "false" */
    lvs_support?: Value;
    /** string */
    local_stop_script?: Value;
    /** string */
    local_start_script?: Value;
    /** integer, default "500" */
    ARP_INTERVAL_MS?: Value;
    /** integer, default "10" */
    ARP_REPEAT?: Value;
    /** boolean, default "yes" */
    ARP_BACKGROUND?: Value;
    /** string, default "ffffffffffff" */
    ARP_NETMASK?: Value;
  };
  "ocf:heartbeat:IPaddr2": {
    /** string, required */
    ip?: Value;
    /** string */
    nic?: Value;
    /** string */
    cidr_netmask?: Value;
    /** string */
    broadcast?: Value;
    /** string */
    iflabel?: Value;
    /** boolean, default "false" */
    lvs_support?: Value;
    /** boolean */
    lvs_ipv6_addrlabel?: Value;
    /** integer, default "99" */
    lvs_ipv6_addrlabel_value?: Value;
    /** string */
    mac?: Value;
    /** string, default "sourceip-sourceport" */
    clusterip_hash?: Value;
    /** boolean, default "false" */
    unique_clone_address?: Value;
    /** integer, default "200" */
    arp_interval?: Value;
    /** integer, default "5" */
    arp_count?: Value;
    /** integer, default "0" */
    arp_count_refresh?: Value;
    /** string */
    arp_bg?: Value;
    /** string */
    arp_sender?: Value;
    /** string */
    send_arp_opts?: Value;
    /** boolean, default "false" */
    flush_routes?: Value;
    /** string, default "false" */
    run_arping?: Value;
    /** string, default "false" */
    nodad?: Value;
    /** string, default "false" */
    noprefixroute?: Value;
    /** string, default "forever" */
    preferred_lft?: Value;
    /** string */
    network_namespace?: Value;
    /** string, on Debian 13 alone */
    proto?: Value;
  };
  "ocf:heartbeat:IPsrcaddr": {
    /** string, required */
    ipaddress?: Value;
    /** string */
    cidr_netmask?: Value;
    /** string, default "0.0.0.0/0" */
    destination?: Value;
    /** string */
    proto?: Value;
    /** string */
    metric?: Value;
    /** string */
    table?: Value;
    /** string, on Debian 13 alone */
    pref?: Value;
  };
  "ocf:heartbeat:IPv6addr": {
    /** string, required */
    ipv6addr?: Value;
    /** string */
    cidr_netmask?: Value;
    /** string */
    nic?: Value;
  };
  "ocf:heartbeat:LVM": {
    /** string, required */
    volgrpname?: Value;
    /** boolean, default "false" */
    exclusive?: Value;
    /** string, default "pacemaker" */
    tag?: Value;
    /** string, default "false" */
    partial_activation?: Value;
  };
  "ocf:heartbeat:LVM-activate": {
    /** string, required */
    vgname?: Value;
    /** string */
    lvname?: Value;
    /** string, required */
    vg_access_mode?: Value;
    /** string, default "exclusive" */
    activation_mode?: Value;
    /** string, default "pacemaker" */
    tag?: Value;
    /** string, default "false" */
    partial_activation?: Value;
    /** string, default "false", on Debian 13 alone */
    degraded_activation?: Value;
    /** string, default "false", on Debian 13 alone */
    majority_pvs?: Value;
  };
  "ocf:heartbeat:LinuxSCSI": {
    /** string, required */
    scsi?: Value;
    /** boolean, default "false" */
    ignore_deprecation?: Value;
  };
  "ocf:heartbeat:MailTo": {
    /** string, required */
    email?: Value;
    /** string, default "Resource Group" */
    subject?: Value;
  };
  "ocf:heartbeat:ManageRAID": {
    /** string, required */
    raidname?: Value;
  };
  "ocf:heartbeat:ManageVE": {
    /** integer, required */
    veid?: Value;
  };
  "ocf:heartbeat:NodeUtilization": {
    /** boolean, default "true" */
    dynamic?: Value;
    /** boolean, default "true" */
    utilization_cpu?: Value;
    /** integer, default "1" */
    utilization_cpu_reservation?: Value;
    /** boolean, default "true" */
    utilization_host_memory?: Value;
    /** integer, default "512" */
    utilization_host_memory_reservation?: Value;
    /** boolean, default "true" */
    utilization_hv_memory?: Value;
    /** integer, default "512" */
    utilization_hv_memory_reservation?: Value;
  };
  "ocf:heartbeat:Pure-FTPd": {
    /** string, default "/sbin/pure-config.pl" */
    script?: Value;
    /** string, default "/etc/pure-ftpd/pure-ftpd.conf" */
    conffile?: Value;
    /** string */
    daemon_type?: Value;
    /** string */
    pidfile?: Value;
  };
  "ocf:heartbeat:Raid1": {
    /** string, required */
    raidconf?: Value;
    /** string, required */
    raiddev?: Value;
    /** string */
    homehost?: Value;
    /** boolean, default "true" */
    force_stop?: Value;
    /** boolean, default "true" */
    udev?: Value;
    /** boolean, default "false" */
    force_clones?: Value;
  };
  "ocf:heartbeat:Route": {
    /** string, required */
    destination?: Value;
    /** string */
    device?: Value;
    /** string */
    gateway?: Value;
    /** string */
    source?: Value;
    /** string */
    table?: Value;
    /** string, default "detect" */
    family?: Value;
  };
  "ocf:heartbeat:SAPDatabase": {
    /** string, required */
    SID?: Value;
    /** string, default "/usr/sap/hostctrl/exe" */
    DIR_EXECUTABLE?: Value;
    /** string, required */
    DBTYPE?: Value;
    /** string */
    DBINSTANCE?: Value;
    /** string */
    DBOSUSER?: Value;
    /** string */
    NETSERVICENAME?: Value;
    /** boolean */
    DBJ2EE_ONLY?: Value;
    /** string */
    JAVA_HOME?: Value;
    /** boolean, default "false" */
    STRICT_MONITORING?: Value;
    /** boolean, default "false" */
    AUTOMATIC_RECOVER?: Value;
    /** string */
    MONITOR_SERVICES?: Value;
    /** string */
    DIR_BOOTSTRAP?: Value;
    /** string */
    DIR_SECSTORE?: Value;
    /** string */
    DB_JARS?: Value;
    /** string */
    PRE_START_USEREXIT?: Value;
    /** string */
    POST_START_USEREXIT?: Value;
    /** string */
    PRE_STOP_USEREXIT?: Value;
    /** string */
    POST_STOP_USEREXIT?: Value;
  };
  "ocf:heartbeat:SAPInstance": {
    /** string, required */
    InstanceName?: Value;
    /** string */
    DIR_EXECUTABLE?: Value;
    /** string */
    DIR_PROFILE?: Value;
    /** string */
    START_PROFILE?: Value;
    /** string, default "3600" */
    START_WAITTIME?: Value;
    /** boolean, default "false" */
    AUTOMATIC_RECOVER?: Value;
    /** string */
    MONITOR_SERVICES?: Value;
    /** string, default "normal" */
    SHUTDOWN_METHOD?: Value;
    /** string */
    ERS_InstanceName?: Value;
    /** string */
    ERS_START_PROFILE?: Value;
    /** string */
    PRE_START_USEREXIT?: Value;
    /** string */
    POST_START_USEREXIT?: Value;
    /** string */
    PRE_STOP_USEREXIT?: Value;
    /** string */
    POST_STOP_USEREXIT?: Value;
    /** boolean, default "false" */
    IS_ERS?: Value;
    /** boolean, default "false" */
    MINIMAL_PROBE?: Value;
  };
  "ocf:heartbeat:SendArp": {
    /** string, required */
    ip?: Value;
    /** string, required */
    nic?: Value;
    /** boolean, default "true" */
    background?: Value;
  };
  "ocf:heartbeat:ServeRAID": {
    /** integer, required */
    serveraid?: Value;
    /** integer, required */
    mergegroup?: Value;
  };
  "ocf:heartbeat:SphinxSearchDaemon": {
    /** string, default "/etc/sphinx/sphinx.conf" */
    config?: Value;
    /** string, default "/usr/local/bin/searchd" */
    searchd?: Value;
    /** string, default "/usr/local/bin/search" */
    search?: Value;
    /** string, default "Heartbeat_Monitor_Query_Match_string" */
    testQuery?: Value;
  };
  "ocf:heartbeat:Squid": {
    /** string, required */
    squid_exe?: Value;
    /** string, required */
    squid_conf?: Value;
    /** string */
    squid_opts?: Value;
    /** string */
    squid_pidfile?: Value;
    /** integer, required */
    squid_port?: Value;
    /** integer, default "10" */
    squid_stop_timeout?: Value;
    /** string */
    debug_mode?: Value;
    /** string */
    debug_log?: Value;
  };
  "ocf:heartbeat:Stateful": {
    /** string */
    state?: Value;
  };
  "ocf:heartbeat:SysInfo": {
    /** string, default "/run/resource-agents/SysInfo-RESOURCE_ID" */
    pidfile?: Value;
    /** string, default "0s" */
    delay?: Value;
  };
  "ocf:heartbeat:VIPArip": {
    /** string, required */
    ip?: Value;
    /** string, default "eth0" */
    nic?: Value;
    /** string, default "/usr/sbin/zebra" */
    zebra_binary?: Value;
    /** string, default "/usr/sbin/ripd" */
    ripd_binary?: Value;
  };
  "ocf:heartbeat:VirtualDomain": {
    /** string, required */
    config?: Value;
    /** string */
    hypervisor?: Value;
    /** boolean, default "0" */
    force_stop?: Value;
    /** string */
    migration_transport?: Value;
    /** string */
    migration_user?: Value;
    /** integer, default "0" */
    migration_downtime?: Value;
    /** integer, default "0" */
    migration_speed?: Value;
    /** string */
    migration_network_suffix?: Value;
    /** string */
    migrateuri?: Value;
    /** string */
    migrate_options?: Value;
    /** string */
    monitor_scripts?: Value;
    /** boolean, default "true" */
    autoset_utilization_cpu?: Value;
    /** boolean, default "true" */
    autoset_utilization_host_memory?: Value;
    /** boolean, default "true" */
    autoset_utilization_hv_memory?: Value;
    /** boolean, default "false" */
    unset_utilization_cpu?: Value;
    /** boolean, default "false" */
    unset_utilization_host_memory?: Value;
    /** boolean, default "false" */
    unset_utilization_hv_memory?: Value;
    /** integer */
    migrateport?: Value;
    /** string */
    remoteuri?: Value;
    /** boolean */
    save_config_on_stop?: Value;
    /** boolean */
    sync_config_on_stop?: Value;
    /** string */
    snapshot?: Value;
    /** string */
    backingfile?: Value;
    /** boolean, default "false" */
    stateless?: Value;
    /** string */
    copyindirs?: Value;
    /** string */
    shutdown_mode?: Value;
    /** boolean, default "false" */
    start_resources?: Value;
  };
  "ocf:heartbeat:WAS": {
    /** string */
    config?: Value;
    /** integer, default "9080" */
    port?: Value;
  };
  "ocf:heartbeat:WAS6": {
    /** string, default "default" */
    profile?: Value;
  };
  "ocf:heartbeat:WinPopup": {
    /** string, required, default "hosts" */
    hostfile?: Value;
  };
  "ocf:heartbeat:Xen": {
    /** string, required, default "/etc/xen/vm/MyDomU" */
    xmfile?: Value;
    /** string */
    name?: Value;
    /** string */
    shutdown_timeout?: Value;
    /** boolean, default "0" */
    shutdown_acpi?: Value;
    /** boolean, default "0" */
    allow_mem_management?: Value;
    /** string */
    node_ip_attribute?: Value;
    /** string, default "512" */
    reserved_Dom0_memory?: Value;
    /** boolean, default "false" */
    autoset_utilization_cpu?: Value;
    /** boolean, default "false" */
    autoset_utilization_hv_memory?: Value;
    /** string */
    monitor_scripts?: Value;
  };
  "ocf:heartbeat:Xinetd": {
    /** string, required */
    service?: Value;
  };
  "ocf:heartbeat:ZFS": {
    /** string, required */
    pool?: Value;
    /** string */
    importargs?: Value;
    /** boolean, default "true" */
    importforce?: Value;
  };
  "ocf:heartbeat:aliyun-vpc-move-ip": {
    /** string, default "detect" */
    aliyuncli?: Value;
    /** string, required */
    address?: Value;
    /** string, required */
    routing_table?: Value;
    /** string, required, default "eth0" */
    interface?: Value;
    /** string, default "vpc.aliyuncs.com" */
    endpoint?: Value;
    /** string, default "default" */
    profile?: Value;
  };
  "ocf:heartbeat:anything": {
    /** string, required */
    binfile?: Value;
    /** string */
    cmdline_options?: Value;
    /** string */
    workdir?: Value;
    /** string, default "/var/run/anything_RESOURCE_ID.pid" */
    pidfile?: Value;
    /** string, default "/dev/null" */
    logfile?: Value;
    /** string */
    errlogfile?: Value;
    /** string, default "root" */
    user?: Value;
    /** string */
    monitor_hook?: Value;
    /** string */
    stop_timeout?: Value;
  };
  "ocf:heartbeat:apache": {
    /** string, default "/etc/httpd/conf/httpd.conf" */
    configfile?: Value;
    /** string, default "/usr/sbin/httpd" */
    httpd?: Value;
    /** integer */
    port?: Value;
    /** string */
    statusurl?: Value;
    /** string */
    testregex?: Value;
    /** string */
    client?: Value;
    /** string */
    testurl?: Value;
    /** string */
    testregex10?: Value;
    /** string */
    testconffile?: Value;
    /** string */
    testname?: Value;
    /** string */
    options?: Value;
    /** string, default "/etc/apache2/envvars" */
    envfiles?: Value;
    /** boolean, default "false" */
    use_ipv6?: Value;
  };
  "ocf:heartbeat:asterisk": {
    /** string, default "asterisk" */
    binary?: Value;
    /** string, default "astcanary" */
    canary_binary?: Value;
    /** string, default "/etc/asterisk/asterisk.conf" */
    config?: Value;
    /** string, default "asterisk" */
    user?: Value;
    /** string, default "asterisk" */
    group?: Value;
    /** string, default "-g -vvv" */
    additional_parameters?: Value;
    /** boolean, default "false" */
    realtime?: Value;
    /** integer, default "8192" */
    maxfiles?: Value;
    /** string */
    monitor_sipuri?: Value;
  };
  "ocf:heartbeat:aws-vpc-move-ip": {
    /** string, default "/usr/bin/aws" */
    awscli?: Value;
    /** string, default "default" */
    profile?: Value;
    /** string */
    region?: Value;
    /** string, required */
    ip?: Value;
    /** string */
    address?: Value;
    /** string, required */
    routing_table?: Value;
    /** string */
    routing_table_role?: Value;
    /** string, required, default "eth0" */
    interface?: Value;
    /** string */
    iflabel?: Value;
    /** boolean, default "false" */
    monapi?: Value;
    /** string, default "InstanceId" */
    lookup_type?: Value;
    /** string, default "key", on Debian 13 alone */
    auth_type?: Value;
    /** integer, default "3", on Debian 13 alone */
    curl_retries?: Value;
    /** integer, default "1", on Debian 13 alone */
    curl_sleep?: Value;
  };
  "ocf:heartbeat:aws-vpc-route53": {
    /** string, default "/usr/bin/aws" */
    awscli?: Value;
    /** string, default "default" */
    profile?: Value;
    /** string, required */
    hostedzoneid?: Value;
    /** string, required */
    fullname?: Value;
    /** string, default "local" */
    ip?: Value;
    /** string, default "10" */
    ttl?: Value;
    /** string, default "key", on Debian 13 alone */
    auth_type?: Value;
    /** integer, default "3", on Debian 13 alone */
    curl_retries?: Value;
    /** integer, default "1", on Debian 13 alone */
    curl_sleep?: Value;
  };
  "ocf:heartbeat:awseip": {
    /** string, default "/usr/bin/aws" */
    awscli?: Value;
    /** string, default "default" */
    profile?: Value;
    /** string, required */
    elastic_ip?: Value;
    /** string, required */
    allocation_id?: Value;
    /** string */
    private_ip_address?: Value;
    /** integer, default "3" */
    api_delay?: Value;
    /** string, default "key", on Debian 13 alone */
    auth_type?: Value;
    /** string, on Debian 13 alone */
    region?: Value;
    /** integer, default "3", on Debian 13 alone */
    curl_retries?: Value;
    /** integer, default "1", on Debian 13 alone */
    curl_sleep?: Value;
  };
  "ocf:heartbeat:awsvip": {
    /** string, default "/usr/bin/aws" */
    awscli?: Value;
    /** string, default "default" */
    profile?: Value;
    /** string, required */
    secondary_private_ip?: Value;
    /** integer, default "3" */
    api_delay?: Value;
    /** string, default "key", on Debian 13 alone */
    auth_type?: Value;
    /** string, on Debian 13 alone */
    region?: Value;
    /** integer, default "3", on Debian 13 alone */
    curl_retries?: Value;
    /** integer, default "1", on Debian 13 alone */
    curl_sleep?: Value;
  };
  "ocf:heartbeat:azure-events": {
    /** string, default "Reboot,Redeploy" */
    eventTypes?: Value;
    /** boolean, default "false" */
    verbose?: Value;
  };
  "ocf:heartbeat:azure-events-az": {
    /** string, default "Reboot,Redeploy" */
    eventTypes?: Value;
    /** boolean, default "false" */
    verbose?: Value;
    /** integer, default "3", on Debian 13 alone */
    retry_count?: Value;
    /** integer, default "20", on Debian 13 alone */
    retry_wait?: Value;
    /** integer, default "15", on Debian 13 alone */
    request_timeout?: Value;
  };
  "ocf:heartbeat:azure-lb": {
    /** string, default "/usr/bin/nc" */
    nc?: Value;
    /** string, default "61000" */
    port?: Value;
    /** string, default "default", on Debian 13 alone */
    listen?: Value;
  };
  "ocf:heartbeat:clvm": {
    /** boolean, default "false" */
    with_cmirrord?: Value;
    /** string, default "-d0" */
    daemon_options?: Value;
    /** boolean, default "true" */
    activate_vgs?: Value;
    /** boolean, default "false" */
    exclusive?: Value;
  };
  "ocf:heartbeat:conntrackd": {
    /** string, default "conntrackd" */
    binary?: Value;
    /** string, default "/etc/conntrackd/conntrackd.conf" */
    config?: Value;
  };
  "ocf:heartbeat:corosync-qnetd": {
    /** string, default "/usr/bin/corosync-qnetd" */
    binary?: Value;
    /** string */
    qnetd_opts?: Value;
    /** string, default "/usr/bin/corosync-qnetd-tool" */
    qnetd_tool_binary?: Value;
    /** string */
    ip?: Value;
    /** string */
    port?: Value;
    /** string */
    nss_db_dir?: Value;
    /** string */
    pid?: Value;
    /** string */
    ipc_sock?: Value;
    /** string, default "coroqnetd" */
    user?: Value;
    /** string, default "coroqnetd" */
    group?: Value;
  };
  "ocf:heartbeat:crypt": {
    /** string, required */
    encrypted_dev?: Value;
    /** string, required */
    crypt_dev?: Value;
    /** string, required */
    key_file?: Value;
    /** string, required */
    crypt_type?: Value;
    /** boolean, default "false" */
    force_stop?: Value;
  };
  "ocf:heartbeat:db2": {
    /** string, required */
    instance?: Value;
    /** string */
    dblist?: Value;
    /** string */
    admin?: Value;
    /** string, default "0" */
    dbpartitionnum?: Value;
  };
  "ocf:heartbeat:dhcpd": {
    /** string, required */
    config?: Value;
    /** boolean, default "true" */
    chrooted?: Value;
    /** string, default "/var/lib/dhcp" */
    chrooted_path?: Value;
    /** string, default "dhcpd" */
    binary?: Value;
    /** string, default "dhcpd" */
    user?: Value;
    /** string, default "nogroup" */
    group?: Value;
    /** string */
    interface?: Value;
    /** string */
    includes?: Value;
    /** string, default "/db/dhcpd.leases" */
    leases?: Value;
    /** string, default "/var/run/dhcpd.pid" */
    pid?: Value;
  };
  "ocf:heartbeat:dnsupdate": {
    /** string, required */
    hostname?: Value;
    /** string, default "A" */
    type?: Value;
    /** string */
    ip?: Value;
    /** string */
    cname?: Value;
    /** integer, default "300" */
    ttl?: Value;
    /** string */
    keyfile?: Value;
    /** string */
    server?: Value;
    /** integer, default "53" */
    serverport?: Value;
    /** string */
    nsupdate_opts?: Value;
    /** boolean, default "false" */
    unregister_on_stop?: Value;
  };
  "ocf:heartbeat:docker": {
    /** string, required */
    image?: Value;
    /** string */
    name?: Value;
    /** boolean */
    allow_pull?: Value;
    /** string */
    run_opts?: Value;
    /** string */
    run_cmd?: Value;
    /** string */
    mount_points?: Value;
    /** string */
    monitor_cmd?: Value;
    /** boolean */
    force_kill?: Value;
    /** boolean, default "0" */
    reuse?: Value;
    /** boolean */
    query_docker_health?: Value;
  };
  "ocf:heartbeat:docker-compose": {
    /** string, default "/usr/bin/docker-compose" */
    binpath?: Value;
    /** string, required */
    dirpath?: Value;
    /** string, default "docker-compose.yml" */
    ymlfile?: Value;
  };
  "ocf:heartbeat:dovecot": {
    /** string, default "/usr/sbin/dovecot" */
    binary?: Value;
    /** string */
    config_file?: Value;
    /** string, default "/var/run/dovecot/master.pid" */
    pid_file?: Value;
    /** string */
    parameters?: Value;
  };
  "ocf:heartbeat:dummypy": {
    /** string */
    state?: Value;
    /** string */
    fake?: Value;
  };
  "ocf:heartbeat:eDir88": {
    /** string, default "/etc/opt/novell/eDirectory/conf/nds.conf" */
    eDir_config_file?: Value;
    /** boolean, default "0" */
    eDir_monitor_ldap?: Value;
    /** boolean, default "0" */
    eDir_monitor_idm?: Value;
    /** integer */
    eDir_jvm_initial_heap?: Value;
    /** integer */
    eDir_jvm_max_heap?: Value;
    /** string */
    eDir_jvm_options?: Value;
  };
  "ocf:heartbeat:ethmonitor": {
    /** string, required */
    interface?: Value;
    /** string */
    name?: Value;
    /** integer, default "1" */
    multiplier?: Value;
    /** integer, default "5" */
    repeat_count?: Value;
    /** integer, default "10" */
    repeat_interval?: Value;
    /** integer, default "5" */
    pktcnt_timeout?: Value;
    /** integer, default "1" */
    arping_count?: Value;
    /** integer, default "1" */
    arping_timeout?: Value;
    /** integer, default "5" */
    arping_cache_entries?: Value;
    /** string */
    infiniband_device?: Value;
    /** integer */
    infiniband_port?: Value;
    /** boolean, default "false" */
    link_status_only?: Value;
  };
  "ocf:heartbeat:exportfs": {
    /** string, required */
    clientspec?: Value;
    /** string */
    options?: Value;
    /** string, required */
    directory?: Value;
    /** string */
    fsid?: Value;
    /** boolean, default "1" */
    unlock_on_stop?: Value;
    /** boolean, default "0" */
    wait_for_leasetime_on_stop?: Value;
    /** string, default ".rmtab" */
    rmtab_backup?: Value;
  };
  "ocf:heartbeat:fio": {
    /** string */
    args?: Value;
  };
  "ocf:heartbeat:galera": {
    /** string */
    binary?: Value;
    /** string */
    client_binary?: Value;
    /** string */
    config?: Value;
    /** string */
    datadir?: Value;
    /** string */
    user?: Value;
    /** string */
    group?: Value;
    /** string */
    log?: Value;
    /** string */
    pid?: Value;
    /** string */
    socket?: Value;
    /** boolean */
    enable_creation?: Value;
    /** string */
    additional_parameters?: Value;
    /** string, required */
    wsrep_cluster_address?: Value;
    /** string */
    cluster_host_map?: Value;
    /** string */
    check_user?: Value;
    /** string */
    check_passwd?: Value;
    /** boolean, default "0" */
    check_passwd_use_empty?: Value;
    /** boolean, default "false" */
    two_node_mode?: Value;
  };
  "ocf:heartbeat:garbd": {
    /** string, default "/usr/sbin/garbd" */
    binary?: Value;
    /** string, default "mysql" */
    user?: Value;
    /** string, default "mysql" */
    group?: Value;
    /** string, default "/var/log/garbd.log" */
    log?: Value;
    /** string, default "/var/run/garbd.pid" */
    pid?: Value;
    /** string */
    options?: Value;
    /** string, required */
    wsrep_cluster_address?: Value;
    /** string, required */
    wsrep_cluster_name?: Value;
  };
  "ocf:heartbeat:gcp-ilb": {
    /** string, default "60000" */
    port?: Value;
    /** string, default "nc" */
    cat?: Value;
    /** string, default "false" */
    log_enable?: Value;
    /** string, default "gcloud" */
    log_cmd?: Value;
    /** string, default "logging write GCPILB" */
    log_params?: Value;
    /** string */
    log_end_params?: Value;
  };
  "ocf:heartbeat:gcp-pd-move": {
    /** string, required */
    disk_name?: Value;
    /** string, default "detect" */
    disk_scope?: Value;
    /** string */
    disk_csek_file?: Value;
    /** string, default "READ_WRITE" */
    mode?: Value;
    /** boolean */
    device_name?: Value;
    /** string, default "no" */
    stackdriver_logging?: Value;
  };
  "ocf:heartbeat:gcp-vpc-move-ip": {
    /** string, default "/usr/bin/gcloud" */
    gcloud?: Value;
    /** string, default "default" */
    configuration?: Value;
    /** string, required */
    ip?: Value;
    /** string, required, default "default" */
    vpc_network?: Value;
    /** string, default "eth0" */
    interface?: Value;
    /** string, default "ra-gcp-vpc-move-ip" */
    route_name?: Value;
  };
  "ocf:heartbeat:gcp-vpc-move-route": {
    /** string, required */
    ip?: Value;
    /** string, default "default" */
    vpc_network?: Value;
    /** string, default "default" */
    project?: Value;
    /** string, default "eth0" */
    interface?: Value;
    /** string, default "ra-gcp-vpc-move-route" */
    route_name?: Value;
    /** string */
    serviceaccount?: Value;
    /** boolean */
    stackdriver_logging?: Value;
  };
  "ocf:heartbeat:gcp-vpc-move-vip": {
    /** string, required */
    alias_ip?: Value;
    /** string */
    alias_range_name?: Value;
    /** string */
    hostlist?: Value;
    /** string, default "default" */
    project?: Value;
    /** string */
    serviceaccount?: Value;
    /** boolean */
    stackdriver_logging?: Value;
  };
  "ocf:heartbeat:iSCSILogicalUnit": {
    /** string */
    implementation?: Value;
    /** string, required */
    target_iqn?: Value;
    /** integer, required */
    lun?: Value;
    /** string, required */
    path?: Value;
    /** string, default "RESOURCE_ID" */
    scsi_id?: Value;
    /** string, default "b3a49b7f" */
    scsi_sn?: Value;
    /** integer */
    emulate_tpu?: Value;
    /** integer */
    emulate_3pc?: Value;
    /** integer */
    emulate_caw?: Value;
    /** string */
    vendor_id?: Value;
    /** string */
    product_id?: Value;
    /** string */
    tgt_bstype?: Value;
    /** string */
    tgt_bsoflags?: Value;
    /** string */
    tgt_bsopts?: Value;
    /** string */
    tgt_device_type?: Value;
    /** string */
    additional_parameters?: Value;
    /** string */
    allowed_initiators?: Value;
    /** integer, default "0" */
    lio_iblock?: Value;
    /** string, default "block" */
    liot_bstype?: Value;
  };
  "ocf:heartbeat:iSCSITarget": {
    /** string */
    implementation?: Value;
    /** string, required */
    iqn?: Value;
    /** integer */
    tid?: Value;
    /** string, default "0.0.0.0:3260" */
    portals?: Value;
    /** string */
    iser_portals?: Value;
    /** string */
    allowed_initiators?: Value;
    /** string */
    incoming_username?: Value;
    /** string */
    incoming_password?: Value;
    /** string */
    additional_parameters?: Value;
  };
  "ocf:heartbeat:ids": {
    /** string */
    informixdir?: Value;
    /** string */
    informixserver?: Value;
    /** string */
    onconfig?: Value;
    /** string, default "sysmaster" */
    dbname?: Value;
    /** string, default "SELECT COUNT(*) FROM systables;" */
    sqltestquery?: Value;
  };
  "ocf:heartbeat:iface-bridge": {
    /** string, required */
    bridge_name?: Value;
    /** string */
    bridge_slaves?: Value;
    /** integer */
    bridge_ageing?: Value;
    /** string */
    port_hairpin?: Value;
    /** boolean, default "false" */
    stp?: Value;
    /** integer */
    stp_bridgeprio?: Value;
    /** integer, default "0" */
    stp_fd?: Value;
    /** integer */
    stp_maxage?: Value;
    /** integer */
    stp_hello?: Value;
    /** string */
    stp_pathcost?: Value;
    /** string */
    stp_portprio?: Value;
    /** boolean, default "1" */
    multicast_router?: Value;
    /** boolean, default "1" */
    multicast_snooping?: Value;
    /** string */
    multicast_port_router?: Value;
  };
  "ocf:heartbeat:iface-macvlan": {
    /** string, required */
    device?: Value;
    /** string, required */
    name?: Value;
    /** string, default "bridge" */
    mode?: Value;
    /** string */
    mac?: Value;
  };
  "ocf:heartbeat:iface-vlan": {
    /** string, required */
    vlan_interface?: Value;
    /** integer, required */
    vlan_id?: Value;
    /** string, default "." */
    vlan_name?: Value;
    /** boolean, default "1" */
    vlan_reorder_hdr?: Value;
    /** boolean, default "0" */
    vlan_gvrp?: Value;
    /** boolean, default "0" */
    vlan_mvrp?: Value;
    /** boolean, default "0" */
    vlan_loose_binding?: Value;
  };
  "ocf:heartbeat:ipsec": {
    /** string, required */
    tunnel?: Value;
    /** string, required */
    vip?: Value;
    /** string, default "/etc/ipsec.d/" */
    confdir?: Value;
    /** string */
    fallbacktunnel?: Value;
  };
  "ocf:heartbeat:iscsi": {
    /** string, required */
    portal?: Value;
    /** string, required */
    target?: Value;
    /** string, default "sendtargets" */
    discovery_type?: Value;
    /** string, default "iscsiadm" */
    iscsiadm?: Value;
    /** string, default "yes" */
    udev?: Value;
    /** boolean, default "false" */
    try_recovery?: Value;
  };
  "ocf:heartbeat:jboss": {
    /** integer, default "5" */
    jboss_version?: Value;
    /** string, default "RESOURCE_ID" */
    resource_name?: Value;
    /** string, default "/var/log/RESOURCE_ID.log" */
    console?: Value;
    /** integer, default "5" */
    shutdown_timeout?: Value;
    /** integer, default "10" */
    kill_timeout?: Value;
    /** string, default "root" */
    user?: Value;
    /** string, default "http://127.0.0.1:8080" */
    statusurl?: Value;
    /** string */
    java_home?: Value;
    /** string */
    java_opts?: Value;
    /** string, required */
    jboss_home?: Value;
    /** string */
    jboss_base_dir?: Value;
    /** string, default "java -Dprogram.name=run.sh" */
    pstring?: Value;
    /** string, default "/bin/run.sh" */
    run_command?: Value;
    /** string, default "-c default" */
    run_opts?: Value;
    /** string, default "-s 127.0.0.1:1099" */
    shutdown_opts?: Value;
    /** boolean, default "false" */
    rotate_consolelog?: Value;
    /** integer, default "86400" */
    rotate_value?: Value;
    /** integer, default ".%F" */
    rotate_logsuffix?: Value;
  };
  "ocf:heartbeat:jira": {
    /** string, default "http://localhost:8080/status" */
    statusurl?: Value;
    /** string, default "/usr/lib/jvm/jre" */
    java_home?: Value;
    /** string, required */
    jira_installation?: Value;
    /** string, default "jira" */
    jira_user?: Value;
  };
  "ocf:heartbeat:kamailio": {
    /** string, default "/usr/sbin/kamailio" */
    binary?: Value;
    /** string, default "/etc/kamailio/kamailio.cfg" */
    conffile?: Value;
    /** string */
    pidfile?: Value;
    /** string, default "127.0.0.1" */
    monitoring_ip?: Value;
    /** string, required */
    listen_address?: Value;
    /** string, default "5060" */
    port?: Value;
    /** string */
    extra_options?: Value;
    /** string, default "udptcp" */
    proto?: Value;
    /** string, default "/usr/bin/sipsak" */
    sipsak?: Value;
    /** string, default "/usr/bin/kamctl" */
    kamctl?: Value;
    /** string, default "/etc/kamailio/kamctlrc" */
    kamctlrc?: Value;
    /** string */
    kamuser?: Value;
    /** string */
    kamgroup?: Value;
  };
  "ocf:heartbeat:ldirectord": {
    /** string, default "/etc/ha.d/ldirectord.cf" */
    configfile?: Value;
    /** string, default "/usr/sbin/ldirectord" */
    ldirectord?: Value;
  };
  "ocf:heartbeat:lvmlockd": {
    /** string, default "/run/lvmlockd.pid" */
    pidfile?: Value;
    /** string, default "/run/lvm/lvmlockd.socket" */
    socket_path?: Value;
    /** string, default "warning" */
    syslog_priority?: Value;
    /** integer, default "1" */
    adopt?: Value;
  };
  "ocf:heartbeat:lxc": {
    /** string, required */
    container?: Value;
    /** string, required */
    config?: Value;
    /** string, default "/run/resource-agents/RESOURCE_ID.log" */
    log?: Value;
    /** boolean, default "false" */
    use_screen?: Value;
  };
  "ocf:heartbeat:lxd-info": {
    /** string, default "/run/resource-agents/LXDInfo-RESOURCE_ID" */
    pidfile?: Value;
    /** string, default "0s" */
    delay?: Value;
  };
  "ocf:heartbeat:machine-info": {
    /** string */
    pidfile?: Value;
    /** string, default "0s" */
    delay?: Value;
  };
  "ocf:heartbeat:mariadb": {
    /** string, default "/usr/bin/mysqld_safe" */
    binary?: Value;
    /** string, default "mysql" */
    client_binary?: Value;
    /** string, default "/etc/mysql/my.cnf" */
    config?: Value;
    /** string, default "/var/lib/mysql" */
    datadir?: Value;
    /** string, default "mysql" */
    user?: Value;
    /** string, default "mysql" */
    group?: Value;
    /** string, default "/var/log/mysql/error.log" */
    log?: Value;
    /** string, required */
    node_list?: Value;
    /** string, default "/var/run/mysqld/mysqld.pid" */
    pid?: Value;
    /** string, default "/var/run/mysqld/mysqld.sock" */
    socket?: Value;
    /** string, default "mysql.user" */
    test_table?: Value;
    /** string, default "root" */
    test_user?: Value;
    /** string */
    test_passwd?: Value;
    /** boolean, default "0" */
    enable_creation?: Value;
    /** string */
    additional_parameters?: Value;
    /** string, default "root" */
    replication_user?: Value;
    /** string */
    replication_passwd?: Value;
    /** string, default "3306" */
    replication_port?: Value;
  };
  "ocf:heartbeat:mdraid": {
    /** string, required */
    mdadm_conf?: Value;
    /** string, required */
    md_dev?: Value;
    /** boolean, default "false" */
    force_stop?: Value;
    /** boolean, default "true" */
    wait_for_udev?: Value;
    /** boolean, default "false" */
    force_clones?: Value;
  };
  "ocf:heartbeat:minio": {
    /** string, default "/opt/minio/minio-server" */
    binary?: Value;
    /** string, default "/etc/minio" */
    confdir?: Value;
    /** string, default "/var/run/minio.pid" */
    pidfile?: Value;
    /** string, default ":9000" */
    address?: Value;
    /** string, default "/home/shared" */
    volumepaths?: Value;
  };
  "ocf:heartbeat:mpathpersist": {
    /** string, default "mpathpersist" */
    binary?: Value;
    /** string, required */
    devs?: Value;
    /** string, default "1" */
    required_devs_no?: Value;
    /** string, default "1" */
    reservation_type?: Value;
    /** string, default "0" */
    master_score_base?: Value;
    /** string, default "100" */
    master_score_dev_factor?: Value;
    /** string, default "30" */
    master_score_delay?: Value;
  };
  "ocf:heartbeat:mysql": {
    /** string, default "/usr/bin/mysqld_safe" */
    binary?: Value;
    /** string, default "mysql" */
    client_binary?: Value;
    /** string, default "/etc/mysql/my.cnf" */
    config?: Value;
    /** string, default "/var/lib/mysql" */
    datadir?: Value;
    /** string, default "mysql" */
    user?: Value;
    /** string, default "mysql" */
    group?: Value;
    /** string, default "/var/log/mysql/error.log" */
    log?: Value;
    /** string, default "/var/run/mysqld/mysqld.pid" */
    pid?: Value;
    /** string, default "/var/run/mysqld/mysqld.sock" */
    socket?: Value;
    /** string, default "mysql.user" */
    test_table?: Value;
    /** string, default "root" */
    test_user?: Value;
    /** string */
    test_passwd?: Value;
    /** boolean, default "0" */
    enable_creation?: Value;
    /** string */
    additional_parameters?: Value;
    /** string, default "root" */
    replication_user?: Value;
    /** string */
    replication_passwd?: Value;
    /** string, default "3306" */
    replication_port?: Value;
    /** string, default "false" */
    replication_require_ssl?: Value;
    /** string */
    replication_master_ssl_ca?: Value;
    /** string */
    replication_master_ssl_cert?: Value;
    /** string */
    replication_master_ssl_key?: Value;
    /** integer, default "3600" */
    max_slave_lag?: Value;
    /** boolean, default "false" */
    evict_outdated_slaves?: Value;
    /** string, default "readable" */
    reader_attribute?: Value;
  };
  "ocf:heartbeat:mysql-proxy": {
    /** string, default "/usr/sbin/mysql-proxy" */
    binary?: Value;
    /** string, default "mysql" */
    client_binary?: Value;
    /** string */
    defaults_file?: Value;
    /** string, default "127.0.0.1:3306" */
    proxy_backend_addresses?: Value;
    /** string */
    proxy_read_only_backend_addresses?: Value;
    /** string, default ":4040" */
    proxy_address?: Value;
    /** string */
    log_level?: Value;
    /** string */
    keepalive?: Value;
    /** string */
    plugins?: Value;
    /** string, default "127.0.0.1:4041" */
    admin_address?: Value;
    /** string */
    admin_username?: Value;
    /** string */
    admin_password?: Value;
    /** string */
    admin_lua_script?: Value;
    /** string, default "mysql.user" */
    test_table?: Value;
    /** string */
    test_user?: Value;
    /** string */
    test_passwd?: Value;
    /** string */
    parameters?: Value;
    /** string */
    pidfile?: Value;
  };
  "ocf:heartbeat:nagios": {
    /** string, default "nagios" */
    user?: Value;
    /** string, default "nagios" */
    group?: Value;
    /** string, default "/usr/sbin/nagios" */
    binary?: Value;
    /** string, default "/etc/nagios/nagios.cfg" */
    config?: Value;
    /** string, default "/var/log/nagios/nagios.log" */
    log?: Value;
    /** string, default "/var/log/nagios/retention.dat" */
    retention?: Value;
    /** string, default "/var/log/nagios/rw/nagios.cmd" */
    command?: Value;
    /** string, default "/var/run/nagios.pid" */
    pid?: Value;
  };
  "ocf:heartbeat:named": {
    /** string, default "/usr/sbin/named" */
    named?: Value;
    /** string, default "/usr/sbin/rndc" */
    rndc?: Value;
    /** string, default "/usr/bin/host" */
    host?: Value;
    /** string, default "named" */
    named_user?: Value;
    /** string */
    named_config?: Value;
    /** string, default "/var/run/named/named.pid" */
    named_pidfile?: Value;
    /** string */
    named_rootdir?: Value;
    /** string */
    named_options?: Value;
    /** string */
    named_keytab_file?: Value;
    /** string */
    rndc_options?: Value;
    /** string */
    host_options?: Value;
    /** string, default "localhost" */
    monitor_request?: Value;
    /** string, default "127.0.0.1" */
    monitor_response?: Value;
    /** string, default "127.0.0.1" */
    monitor_ip?: Value;
  };
  "ocf:heartbeat:nfsnotify": {
    /** string */
    source_host?: Value;
    /** string */
    notify_args?: Value;
  };
  "ocf:heartbeat:nfsserver": {
    /** string, default "auto detected" */
    nfs_init_script?: Value;
    /** boolean, default "false" */
    nfsv4_only?: Value;
    /** boolean, default "false" */
    nfs_no_notify?: Value;
    /** boolean, default "false" */
    nfs_notify_foreground?: Value;
    /** integer */
    nfs_smnotify_retry_time?: Value;
    /** string */
    nfs_server_scope?: Value;
    /** string */
    nfs_ip?: Value;
    /** string */
    nfs_shared_infodir?: Value;
    /** string, default "/var/lib/nfs/rpc_pipefs" */
    rpcpipefs_dir?: Value;
  };
  "ocf:heartbeat:nginx": {
    /** string */
    configfile?: Value;
    /** string, default "/usr/sbin/httpd" */
    httpd?: Value;
    /** integer */
    port?: Value;
    /** string */
    status10url?: Value;
    /** string */
    status10regex?: Value;
    /** string */
    testclient?: Value;
    /** string */
    test20url?: Value;
    /** string */
    test20regex?: Value;
    /** string */
    test20conffile?: Value;
    /** string */
    test20name?: Value;
    /** string */
    external_monitor30_cmd?: Value;
    /** string */
    options?: Value;
  };
  "ocf:heartbeat:nvmet-namespace": {
    /** string, required */
    nqn?: Value;
    /** integer, default "1" */
    namespace_id?: Value;
    /** string, required */
    backing_path?: Value;
    /** string, required */
    uuid?: Value;
    /** string */
    nguid?: Value;
  };
  "ocf:heartbeat:nvmet-port": {
    /** integer, default "0" */
    port_id?: Value;
    /** string, default "tcp" */
    type?: Value;
    /** string, default "ipv4" */
    addr_fam?: Value;
    /** integer, default "4420" */
    svcid?: Value;
    /** string, required */
    addr?: Value;
    /** string, required */
    nqns?: Value;
  };
  "ocf:heartbeat:nvmet-subsystem": {
    /** string, required */
    nqn?: Value;
    /** string */
    allowed_initiators?: Value;
    /** string */
    serial?: Value;
  };
  "ocf:heartbeat:ocivip": {
    /** string, default "/usr/local/bin/oci" */
    ocicli?: Value;
    /** string, required */
    secondary_private_ip?: Value;
    /** integer, default "24" */
    cidr_netmask?: Value;
    /** integer, default "0" */
    interface_alias?: Value;
    /** integer, default "3" */
    api_delay?: Value;
  };
  "ocf:heartbeat:openstack-cinder-volume": {
    /** string */
    cloud?: Value;
    /** string */
    openrc?: Value;
    /** string */
    auth_url?: Value;
    /** string */
    username?: Value;
    /** string */
    password?: Value;
    /** string */
    project_name?: Value;
    /** string, default "Default" */
    user_domain_name?: Value;
    /** string, default "Default" */
    project_domain_name?: Value;
    /** string, default "/usr/bin/openstack" */
    openstackcli?: Value;
    /** boolean, default "false" */
    insecure?: Value;
    /** boolean, default "true" */
    volume_local_check?: Value;
    /** string, required */
    volume_id?: Value;
  };
  "ocf:heartbeat:openstack-floating-ip": {
    /** string */
    cloud?: Value;
    /** string */
    openrc?: Value;
    /** string */
    auth_url?: Value;
    /** string */
    username?: Value;
    /** string */
    password?: Value;
    /** string */
    project_name?: Value;
    /** string, default "Default" */
    user_domain_name?: Value;
    /** string, default "Default" */
    project_domain_name?: Value;
    /** string, default "/usr/bin/openstack" */
    openstackcli?: Value;
    /** boolean, default "false" */
    insecure?: Value;
    /** string, required */
    ip_id?: Value;
    /** string, required */
    subnet_id?: Value;
  };
  "ocf:heartbeat:openstack-info": {
    /** string */
    cloud?: Value;
    /** string */
    openrc?: Value;
    /** string */
    auth_url?: Value;
    /** string */
    username?: Value;
    /** string */
    password?: Value;
    /** string */
    project_name?: Value;
    /** string, default "Default" */
    user_domain_name?: Value;
    /** string, default "Default" */
    project_domain_name?: Value;
    /** string, default "/usr/bin/openstack" */
    openstackcli?: Value;
    /** boolean, default "false" */
    insecure?: Value;
    /** string, default "/run/resource-agents/OSInfo-" */
    pidfile?: Value;
    /** string, default "0" */
    delay?: Value;
    /** string, default "/usr/bin/curl" */
    curlcli?: Value;
    /** string, default "/usr/bin/python3" */
    pythoncli?: Value;
  };
  "ocf:heartbeat:openstack-virtual-ip": {
    /** string */
    cloud?: Value;
    /** string */
    openrc?: Value;
    /** string */
    auth_url?: Value;
    /** string */
    username?: Value;
    /** string */
    password?: Value;
    /** string */
    project_name?: Value;
    /** string, default "Default" */
    user_domain_name?: Value;
    /** string, default "Default" */
    project_domain_name?: Value;
    /** string, default "/usr/bin/openstack" */
    openstackcli?: Value;
    /** boolean, default "false" */
    insecure?: Value;
    /** string, required */
    ip?: Value;
    /** string, required */
    subnet_id?: Value;
  };
  "ocf:heartbeat:oraasm": {
    /** string, default "grid" */
    user?: Value;
    /** string, required */
    diskgroup?: Value;
    /** string */
    home?: Value;
  };
  "ocf:heartbeat:oracle": {
    /** string, required */
    sid?: Value;
    /** string */
    home?: Value;
    /** string */
    user?: Value;
    /** string, default "OCFMON" */
    monuser?: Value;
    /** string, default "OCFMON" */
    monpassword?: Value;
    /** string, default "OCFMONPROFILE" */
    monprofile?: Value;
    /** string, default "instance" */
    ipcrm?: Value;
    /** boolean, default "false" */
    clear_backupmode?: Value;
    /** string, default "checkpoint/abort" */
    shutdown_method?: Value;
  };
  "ocf:heartbeat:oralsnr": {
    /** string, required */
    sid?: Value;
    /** string */
    home?: Value;
    /** string */
    user?: Value;
    /** string, default "LISTENER" */
    listener?: Value;
    /** string */
    tns_admin?: Value;
  };
  "ocf:heartbeat:osceip": {
    /** string, default "/usr/local/bin/osc-cli" */
    osccli?: Value;
    /** string, default "default" */
    profile?: Value;
    /** string, required */
    elastic_ip?: Value;
    /** string */
    region?: Value;
    /** integer, default "3" */
    curl_retries?: Value;
    /** integer, default "1" */
    curl_sleep?: Value;
  };
  "ocf:heartbeat:ovsmonitor": {
    /** string, required */
    bond?: Value;
    /** string, required */
    bridge?: Value;
    /** string */
    name?: Value;
    /** integer, default "1" */
    multiplier?: Value;
    /** integer, default "5" */
    repeat_count?: Value;
    /** integer, default "10" */
    repeat_interval?: Value;
    /** integer, default "5" */
    pktcnt_timeout?: Value;
    /** boolean, default "false" */
    link_status_only?: Value;
  };
  "ocf:heartbeat:pgagent": {
    /** string, default "user=postgres host=/var/run/postgresql" */
    connection_string?: Value;
    /** string, default "postgres" */
    user?: Value;
    /** string, default "-r 1 -t 1" */
    options?: Value;
  };
  "ocf:heartbeat:pgsql": {
    /** string, default "/usr/bin/pg_ctl" */
    pgctl?: Value;
    /** string */
    start_opt?: Value;
    /** string */
    ctl_opt?: Value;
    /** string, default "/usr/bin/psql" */
    psql?: Value;
    /** string, default "/var/lib/pgsql/data" */
    pgdata?: Value;
    /** string, default "postgres" */
    pgdba?: Value;
    /** string */
    pghost?: Value;
    /** integer, default "5432" */
    pgport?: Value;
    /** string, default "/usr/lib" */
    pglibs?: Value;
    /** string */
    monitor_user?: Value;
    /** string */
    monitor_password?: Value;
    /** string, default "select now();" */
    monitor_sql?: Value;
    /** string, default "/var/lib/pgsql/data/postgresql.conf" */
    config?: Value;
    /** string, default "template1" */
    pgdb?: Value;
    /** string, default "/dev/null" */
    logfile?: Value;
    /** string */
    socketdir?: Value;
    /** integer, default "90" */
    stop_escalate?: Value;
    /** string, default "none" */
    rep_mode?: Value;
    /** string */
    node_list?: Value;
    /** string */
    restore_command?: Value;
    /** string */
    archive_cleanup_command?: Value;
    /** string */
    recovery_end_command?: Value;
    /** string */
    master_ip?: Value;
    /** string, default "postgres" */
    repuser?: Value;
    /** string */
    primary_conninfo_opt?: Value;
    /** boolean, default "false" */
    restart_on_promote?: Value;
    /** string */
    replication_slot_name?: Value;
    /** string, default "/var/lib/pgsql/tmp" */
    tmpdir?: Value;
    /** integer, default "3" */
    xlog_check_count?: Value;
    /** integer, default "5" */
    crm_attr_timeout?: Value;
    /** integer, default "90" */
    stop_escalate_in_slave?: Value;
    /** boolean, default "false" */
    check_wal_receiver?: Value;
  };
  "ocf:heartbeat:pingd": {
    /** string, default "/run/resource-agents/pingd-RESOURCE_ID" */
    pidfile?: Value;
    /** string, default "root" */
    user?: Value;
    /** integer, default "1s" */
    dampen?: Value;
    /** integer */
    set?: Value;
    /** integer, default "pingd" */
    name?: Value;
    /** integer */
    section?: Value;
    /** integer */
    multiplier?: Value;
    /** integer */
    host_list?: Value;
    /** boolean, default "false" */
    ignore_deprecation?: Value;
  };
  "ocf:heartbeat:podman": {
    /** string, required */
    image?: Value;
    /** string */
    name?: Value;
    /** boolean */
    allow_pull?: Value;
    /** string */
    run_opts?: Value;
    /** string */
    run_cmd?: Value;
    /** string */
    mount_points?: Value;
    /** string */
    monitor_cmd?: Value;
    /** boolean */
    force_kill?: Value;
    /** boolean, default "0" */
    reuse?: Value;
    /** boolean */
    drop_in_dependency?: Value;
  };
  "ocf:heartbeat:portblock": {
    /** string, required */
    protocol?: Value;
    /** string, required */
    portno?: Value;
    /** string, required */
    action?: Value;
    /** boolean, default "false" */
    reset_local_on_unblock_stop?: Value;
    /** string, default "0.0.0.0/0" */
    ip?: Value;
    /** string */
    tickle_dir?: Value;
    /** string */
    sync_script?: Value;
    /** string, default "in" */
    direction?: Value;
  };
  "ocf:heartbeat:postfix": {
    /** string, default "/usr/sbin/postfix" */
    binary?: Value;
    /** string */
    config_dir?: Value;
    /** string */
    parameters?: Value;
  };
  "ocf:heartbeat:pound": {
    /** string, required */
    config?: Value;
    /** string, default "RESOURCE_ID" */
    name?: Value;
    /** string, default "/var/run/pound_RESOURCE_ID.pid" */
    pid?: Value;
    /** string, default "pound" */
    binary?: Value;
    /** string, default "poundctl" */
    ctl_binary?: Value;
    /** string, default "/var/lib/pound/pound.cfg" */
    socket_path?: Value;
    /** integer */
    maxfiles?: Value;
  };
  "ocf:heartbeat:proftpd": {
    /** string, default "/usr/sbin/proftpd" */
    binary?: Value;
    /** string, default "/etc/proftpd.conf" */
    conffile?: Value;
    /** string, default "/var/run/proftpd.pid" */
    pidfile?: Value;
    /** string, default "/usr/bin/curl" */
    curl_binary?: Value;
    /** string, default "ftp://localhost/" */
    curl_url?: Value;
    /** string, default "test" */
    test_user?: Value;
    /** string */
    test_pass?: Value;
  };
  "ocf:heartbeat:rabbitmq-cluster": {
    /** string */
    set_policy?: Value;
  };
  "ocf:heartbeat:rabbitmq-server-ha": {
    /** string, default "/usr/sbin/rabbitmq-server" */
    binary?: Value;
    /** string, default "/usr/sbin/rabbitmqctl" */
    ctl?: Value;
    /** string, default "/var/run/rabbitmq/pid" */
    pid_file?: Value;
    /** string, default "/var/log/rabbitmq" */
    log_dir?: Value;
    /** string, default "rabbitmq" */
    username?: Value;
    /** string, default "rabbitmq" */
    groupname?: Value;
    /** string, default "guest" */
    admin_user?: Value;
    /** string, default "guest" */
    admin_password?: Value;
    /** string, default "/etc/rabbitmq/definitions" */
    definitions_dump_file?: Value;
    /** string */
    command_timeout?: Value;
    /** string, default "7" */
    start_time?: Value;
    /** string, default "7" */
    stop_time?: Value;
    /** boolean, default "false" */
    debug?: Value;
    /** boolean, default "/var/lib/rabbitmq/mnesia" */
    mnesia_base?: Value;
    /** string, default "/var/lib/rabbitmq" */
    mnesia_schema_base?: Value;
    /** boolean, default "127.0.0.1" */
    host_ip?: Value;
    /** boolean, default "5672" */
    node_port?: Value;
    /** string, default "/" */
    default_vhost?: Value;
    /** boolean, default "false" */
    erlang_cookie?: Value;
    /** boolean, default "/var/lib/rabbitmq/.erlang.cookie" */
    erlang_cookie_file?: Value;
    /** boolean, default "false" */
    use_fqdn?: Value;
    /** string */
    fqdn_prefix?: Value;
    /** string, default "3" */
    max_rabbitmqctl_timeouts?: Value;
    /** string, default "/usr/local/sbin/set_rabbitmq_policy" */
    policy_file?: Value;
    /** boolean, default "true" */
    rmq_feature_health_check?: Value;
    /** boolean, default "true" */
    rmq_feature_local_list_queues?: Value;
    /** string, default "65535" */
    limit_nofile?: Value;
    /** boolean, default "false" */
    avoid_using_iptables?: Value;
    /** string */
    allowed_cluster_nodes?: Value;
  };
  "ocf:heartbeat:redis": {
    /** string, default "/usr/bin/redis-server" */
    bin?: Value;
    /** string, default "/usr/bin/redis-cli" */
    client_bin?: Value;
    /** string, default "/etc/redis/redis.conf" */
    config?: Value;
    /** string, default "redis" */
    user?: Value;
    /** string, default "/var/run/redis" */
    rundir?: Value;
    /** string, default "redis-server.pid" */
    pidfile_name?: Value;
    /** string, default "redis.sock" */
    socket_name?: Value;
    /** string, default "6379" */
    port?: Value;
    /** string, default "127.0.0.1" */
    tunnel_host?: Value;
    /** string */
    tunnel_port_map?: Value;
    /** boolean, default "false" */
    wait_last_known_master?: Value;
  };
  "ocf:heartbeat:rkt": {
    /** string, required */
    image?: Value;
    /** string */
    name?: Value;
    /** boolean */
    allow_pull?: Value;
    /** string */
    run_opts?: Value;
    /** string */
    run_cmd?: Value;
    /** string */
    mount_points?: Value;
    /** string */
    monitor_cmd?: Value;
    /** boolean */
    force_kill?: Value;
  };
  "ocf:heartbeat:rsyncd": {
    /** string, default "rsync" */
    binpath?: Value;
    /** string, default "/etc/rsyncd.conf" */
    conffile?: Value;
    /** string */
    bwlimit?: Value;
  };
  "ocf:heartbeat:rsyslog": {
    /** string, required */
    configfile?: Value;
    /** string, default "/sbin/rsyslogd" */
    rsyslog_binary?: Value;
    /** string */
    start_opts?: Value;
  };
  "ocf:heartbeat:scsi2reservation": {
    /** string, default "/usr/sbin/scsi_reserve" */
    scsi_reserve?: Value;
    /** string, default "/dev/sdb" */
    sharedisk?: Value;
    /** string, default "10" */
    start_loop?: Value;
  };
  "ocf:heartbeat:sfex": {
    /** string, required */
    device?: Value;
    /** integer, default "1" */
    index?: Value;
    /** integer, default "1" */
    collision_timeout?: Value;
    /** integer, default "10" */
    monitor_interval?: Value;
    /** integer, default "100" */
    lock_timeout?: Value;
  };
  "ocf:heartbeat:sg_persist": {
    /** string, default "sg_persist" */
    binary?: Value;
    /** string, required */
    devs?: Value;
    /** string, default "1" */
    required_devs_nof?: Value;
    /** string, default "1" */
    reservation_type?: Value;
    /** string, default "0" */
    master_score_base?: Value;
    /** string, default "100" */
    master_score_dev_factor?: Value;
    /** string, default "30" */
    master_score_delay?: Value;
  };
  "ocf:heartbeat:slapd": {
    /** string, default "/usr/sbin/slapd" */
    slapd?: Value;
    /** string, default "ldapsearch" */
    ldapsearch?: Value;
    /** string */
    config?: Value;
    /** string */
    pidfile?: Value;
    /** string */
    user?: Value;
    /** string */
    group?: Value;
    /** string, default "ldap:///" */
    services?: Value;
    /** string */
    watch_suffix?: Value;
    /** string */
    ignore_suffix?: Value;
    /** string */
    bind_dn?: Value;
    /** string */
    password?: Value;
    /** string */
    parameters?: Value;
    /** integer, default "15" */
    stop_escalate?: Value;
    /** string */
    maxfiles?: Value;
  };
  "ocf:heartbeat:smb-share": {
    /** string, required */
    share?: Value;
    /** string */
    path?: Value;
    /** string */
    hosts_allow?: Value;
    /** string */
    browseable?: Value;
    /** string */
    writeable?: Value;
    /** string */
    read_only?: Value;
    /** string */
    guest_ok?: Value;
    /** string */
    directory_mask?: Value;
    /** string */
    create_mask?: Value;
    /** string */
    printable?: Value;
    /** string */
    valid_users?: Value;
    /** string */
    force_user?: Value;
    /** string */
    force_group?: Value;
    /** string */
    extraopt?: Value;
    /** string */
    extraopt_list?: Value;
    /** string, required */
    outfile?: Value;
    /** string, default "/etc/samba/conf.d" */
    confd?: Value;
    /** string */
    includesfile?: Value;
  };
  "ocf:heartbeat:storage-mon": {
    /** string */
    state_file?: Value;
    /** string, required */
    drives?: Value;
    /** integer, default "10" */
    io_timeout?: Value;
    /** integer */
    inject_errors?: Value;
    /** integer, default "30", on Debian 13 alone */
    check_interval?: Value;
    /** boolean, default "false", on Debian 13 alone */
    daemonize?: Value;
  };
  "ocf:heartbeat:sybaseASE": {
    /** string, default "detect" */
    sybase_home?: Value;
    /** string, default "detect" */
    sybase_ase?: Value;
    /** string, default "detect" */
    sybase_ocs?: Value;
    /** string, required */
    server_name?: Value;
    /** string, default "detect/interfaces" */
    interfaces_file?: Value;
    /** string, default "sybase" */
    sybase_user?: Value;
    /** string, required */
    db_user?: Value;
    /** string */
    db_passwd?: Value;
    /** string, default "detect" */
    logfile?: Value;
  };
  "ocf:heartbeat:symlink": {
    /** string, required */
    link?: Value;
    /** string, required */
    target?: Value;
    /** string */
    backup_suffix?: Value;
  };
  "ocf:heartbeat:syslog-ng": {
    /** string, required */
    configfile?: Value;
    /** string, default "/sbin/syslog-ng" */
    syslog_ng_binary?: Value;
    /** string, default "/sbin/syslog-ng-ctl" */
    syslog_ng_ctl?: Value;
    /** string */
    qdisk_dir?: Value;
    /** string */
    control_file?: Value;
    /** string */
    persist_file?: Value;
    /** string */
    pidfile?: Value;
    /** string */
    start_opts?: Value;
    /** integer, default "10" */
    kill_term_timeout?: Value;
  };
  "ocf:heartbeat:tomcat": {
    /** string, default "tomcat" */
    tomcat_name?: Value;
    /** string, default "/var/log/tomcat.log" */
    script_log?: Value;
    /** integer */
    tomcat_stop_timeout?: Value;
    /** integer */
    tomcat_suspend_trialcount?: Value;
    /** string, default "root" */
    tomcat_user?: Value;
    /** string, default "http://127.0.0.1:8080" */
    statusurl?: Value;
    /** integer */
    max_stop_time?: Value;
    /** string, required */
    java_home?: Value;
    /** string */
    java_opts?: Value;
    /** string, required */
    catalina_home?: Value;
    /** string */
    catalina_base?: Value;
    /** string, default "/logs/catalina.out" */
    catalina_out?: Value;
    /** string */
    catalina_pid?: Value;
    /** string, default "0" */
    force_systemd?: Value;
    /** string */
    tomcat_start_script?: Value;
    /** string */
    tomcat_start_opts?: Value;
    /** string */
    catalina_opts?: Value;
    /** string */
    catalina_tmpdir?: Value;
    /** boolean, default "NO" */
    catalina_rotate_log?: Value;
    /** integer, default "86400" */
    catalina_rotatetime?: Value;
    /** string */
    java_endorsed_dirs?: Value;
    /** string */
    logging_config?: Value;
    /** string */
    logging_manager?: Value;
  };
  "ocf:heartbeat:varnish": {
    /** string, required */
    config?: Value;
    /** string, default "RESOURCE_ID" */
    name?: Value;
    /** string, default "/var/run/varnishd_RESOURCE_ID.pid" */
    pid?: Value;
    /** string, default "0.0.0.0:80" */
    listen_address?: Value;
    /** string, required */
    mgmt_address?: Value;
    /** integer, default "600" */
    ttl?: Value;
    /** string, default "varnish" */
    varnish_user?: Value;
    /** string, default "varnish" */
    varnish_group?: Value;
    /** string, default "malloc" */
    backend_type?: Value;
    /** string, default "1G" */
    backend_size?: Value;
    /** string, default "/var/lib/varnish/RESOURCE_ID.bin" */
    backend_file?: Value;
    /** string, default "2" */
    threads_pools?: Value;
    /** string, default "100" */
    thread_pool_min?: Value;
    /** string, default "3000" */
    thread_pool_max?: Value;
    /** string, default "120" */
    thread_pool_timeout?: Value;
    /** string, default "varnishadm" */
    client_binary?: Value;
    /** string, default "131072" */
    maxfiles?: Value;
    /** string, default "82000" */
    max_locked_memory?: Value;
    /** string, default "/etc/varnish/secret" */
    secret?: Value;
  };
  "ocf:heartbeat:vdo-vol": {
    /** string */
    config?: Value;
    /** string */
    volume?: Value;
  };
  "ocf:heartbeat:vmware": {
    /** string, required */
    vmxpath?: Value;
    /** string, default "/usr/bin/vmware-vim-cmd" */
    vimshbin?: Value;
  };
  "ocf:heartbeat:vsftpd": {
    /** string, default "/usr/sbin/vsftpd" */
    binpath?: Value;
    /** string, default "/etc/vsftpd/vsftpd.conf" */
    conffile?: Value;
    /** string, default "/var/run/vsftpd.pid" */
    pidfile?: Value;
  };
  "ocf:heartbeat:zabbixserver": {
    /** string, default "zabbix_server" */
    binary?: Value;
    /** string, default "/var/run/zabbix-server/zabbix_server.pid" */
    pid?: Value;
    /** string */
    config?: Value;
  };
  "ocf:pacemaker:ClusterMon": {
    /** string, default "root" */
    user?: Value;
    /** integer, default "15000" */
    update?: Value;
    /** string */
    extra_options?: Value;
    /** string, default "/tmp/ClusterMon_RESOURCE_ID.pid" */
    pidfile?: Value;
    /** string, default "/tmp/ClusterMon_RESOURCE_ID.html" */
    htmlfile?: Value;
  };
  "ocf:pacemaker:Dummy": {
    /** string, default "/var/run/Dummy-RESOURCE_ID.state" */
    state?: Value;
    /** string */
    passwd?: Value;
    /** string, default "dummy" */
    fake?: Value;
    /** string, default "0" */
    op_sleep?: Value;
    /** string */
    fail_start_on?: Value;
    /** string */
    envfile?: Value;
  };
  "ocf:pacemaker:HealthCPU": {
    /** string, default "/var/run/health-cpu-RESOURCE_ID.state" */
    state?: Value;
    /** string, default "50" */
    yellow_limit?: Value;
    /** string, default "10" */
    red_limit?: Value;
    /** string, default "30s", on Debian 13 alone */
    dampening?: Value;
  };
  "ocf:pacemaker:HealthIOWait": {
    /** string, default "/var/run/health-iowait-RESOURCE_ID.state" */
    state?: Value;
    /** integer, default "10" */
    yellow_limit?: Value;
    /** integer, default "15" */
    red_limit?: Value;
    /** string, default "5s", on Debian 13 alone */
    dampening?: Value;
  };
  "ocf:pacemaker:HealthSMART": {
    /** string, default "/var/run/HealthSMART-RESOURCE_ID.state" */
    state?: Value;
    /** string, default "/dev/sda" */
    drives?: Value;
    /** string */
    devices?: Value;
    /** string, default "0" */
    temp_lower_limit?: Value;
    /** string, default "60" */
    temp_upper_limit?: Value;
    /** string, default "5" */
    temp_warning?: Value;
    /** string, default "/usr/sbin/smartctl" */
    smartctl?: Value;
    /** string, default "5s" */
    dampen?: Value;
  };
  "ocf:pacemaker:Stateful": {
    /** string, default "/var/run/Stateful-RESOURCE_ID.state" */
    state?: Value;
    /** string */
    envfile?: Value;
    /** string */
    notify_delay?: Value;
  };
  "ocf:pacemaker:SysInfo": {
    /** string, default "/var/run/SysInfo-RESOURCE_ID" */
    pidfile?: Value;
    /** string, default "0s" */
    delay?: Value;
    /** string */
    disks?: Value;
    /** select, default "G" */
    disk_unit?: Value;
    /** string */
    min_disk_free?: Value;
  };
  "ocf:pacemaker:attribute": {
    /** string, default "/var/run/opa-RESOURCE_ID.state" */
    state?: Value;
    /** string, default "opa-RESOURCE_ID" */
    name?: Value;
    /** string, default "1" */
    active_value?: Value;
    /** string, default "0" */
    inactive_value?: Value;
  };
  "ocf:pacemaker:controld": {
    /** string, default "-s 0" */
    args?: Value;
    /** string, default "dlm_controld" */
    daemon?: Value;
    /** string, default "false" */
    allow_stonith_disabled?: Value;
  };
  "ocf:pacemaker:ifspeed": {
    /** string, default "ifspeed" */
    name?: Value;
    /** string */
    iface?: Value;
    /** string */
    ip?: Value;
    /** string, default "detect" */
    bridge_ports?: Value;
    /** integer, default "1000" */
    weight_base?: Value;
    /** integer, default "5" */
    dampen?: Value;
    /** string, default "false" */
    debug?: Value;
  };
  "ocf:pacemaker:o2cb": {
    /** string, default "/sys/fs" */
    sysfs?: Value;
    /** string, default "/sys/kernel/config" */
    configfs?: Value;
    /** string, default "pcmk" */
    stack?: Value;
    /** string, default "10" */
    daemon_timeout?: Value;
  };
  "ocf:pacemaker:ping": {
    /** string, default "/var/run/ping-RESOURCE_ID" */
    pidfile?: Value;
    /** integer, default "5s" */
    dampen?: Value;
    /** string, default "pingd" */
    name?: Value;
    /** integer, default "1" */
    multiplier?: Value;
    /** string, required */
    host_list?: Value;
    /** integer, default "3" */
    attempts?: Value;
    /** integer, default "2" */
    timeout?: Value;
    /** string */
    options?: Value;
    /** integer */
    failure_score?: Value;
    /** boolean, default "1" */
    use_fping?: Value;
    /** string, default "false" */
    debug?: Value;
  };
  "ocf:pacemaker:remote": {
    /** string */
    server?: Value;
    /** integer, default "3121" */
    port?: Value;
    /** string, default "0" */
    reconnect_interval?: Value;
  };
}
