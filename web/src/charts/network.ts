import { type ChartDef, NICS } from "./chart";

const counter = (name: string) => `rate(node_network_${name}{$i,${NICS}}[$r])`;
const by = ["device"];

export const NETWORK: ChartDef[] = [
  {
    id: "net_bytes",
    unit: "bytes/s",
    lines: [
      { expr: counter("receive_bytes_total"), by, name: "received" },
      { expr: counter("transmit_bytes_total"), by, name: "sent" },
    ],
  },
  {
    id: "net_packets",
    unit: "count/s",
    lines: [
      { expr: counter("receive_packets_total"), by, name: "received" },
      { expr: counter("transmit_packets_total"), by, name: "sent" },
    ],
  },
  {
    id: "net_errors",
    unit: "count/s",
    lines: [
      { expr: `${counter("receive_errs_total")} + ${counter("transmit_errs_total")}`, by, name: "errors" },
      { expr: `${counter("receive_drop_total")} + ${counter("transmit_drop_total")}`, by, name: "dropped" },
    ],
  },
  {
    id: "tcp_connections",
    unit: "count",
    lines: [
      { expr: "node_netstat_Tcp_CurrEstab{$i}", name: "established" },
      { expr: "node_sockstat_TCP_tw{$i}", name: "time_wait" },
    ],
  },
  {
    id: "tcp_retransmits",
    unit: "percent",
    lines: [
      {
        expr: "100 * rate(node_netstat_Tcp_RetransSegs{$i}[$r]) / clamp_min(rate(node_netstat_Tcp_OutSegs{$i}[$r]), 1)",
        name: "retransmitted",
      },
    ],
  },
  {
    id: "tcp_opens",
    unit: "count/s",
    lines: [
      { expr: "rate(node_netstat_Tcp_ActiveOpens{$i}[$r])", name: "outgoing" },
      { expr: "rate(node_netstat_Tcp_PassiveOpens{$i}[$r])", name: "incoming" },
    ],
  },
  {
    id: "udp",
    unit: "count/s",
    lines: [
      { expr: "rate(node_netstat_Udp_InDatagrams{$i}[$r])", name: "received" },
      { expr: "rate(node_netstat_Udp_OutDatagrams{$i}[$r])", name: "sent" },
      { expr: "rate(node_netstat_Udp_InErrors{$i}[$r])", name: "errors" },
    ],
  },
];
