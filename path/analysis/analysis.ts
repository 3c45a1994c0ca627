import type { Balancer, DnsRecord, Listener, Topology } from "../../topology/model";
import { firstUnreadableValidation } from "./certificates/validation-records";
import { waitingFor } from "./names/balancer-names";
import { type Chains, chainsOf } from "./names/record-chains";
import { type Records, recordsOf } from "./names/record-targets";
import { type NetworkIndex, networkIndex } from "./network/network-index";
import { once } from "./once";
import { type Entry, entriesOf } from "./requests/entries";
import { rulesForNamesElsewhere } from "./requests/rule-names";
import { type GroupUsers, groupUsers } from "./targets/group-users";
import { type OfParent, takenFromParents } from "./writers/parents";
import { linksTaken, type TakenLink } from "./writers/taken-links";

/*
 * Facts derived from a topology, without judging them: the layer between what a file contains and what is wrong with
 * it. Each fact is computed once, on first use. Code outside analysis/ gets the facts of a whole topology from
 * analyse(), and those of a path that rules share from analysePath(); those of one load balancer, record or target are
 * in the folders next to this file.
 */

export interface Analysis {
  /** Every URL of a load balancer. */
  readonly entries: readonly Entry[];
  /** Which record points to which load balancer, and the zone of a name. */
  readonly records: Records;
  /** The chain of records from a name to what answers. */
  readonly chains: Chains;
  /** Load balancers without a record, by the names that they are meant for. */
  readonly balancersAwaitingRecord: ReadonlyMap<string, Balancer>;
  /** The first record that may validate a certificate, but whose purpose is unknown. */
  readonly firstUnreadableValidation: DnsRecord | undefined;
  /** Whether the rules of a listener are probably for names whose records are elsewhere. */
  readonly servesNamesElsewhere: (listener: Listener) => boolean;
  /** Subnets, route tables and gateways by their VPC, endpoints by their route table, and how much is in a subnet. */
  readonly network: NetworkIndex;
  /** Which load balancers forward to a target group, and what registers in it. */
  readonly groupUsers: GroupUsers;
  /**
   * What a destroy removes although a block of the parent defines it, such as an aws_security_group_rule that is
   * destroyed while its rule moves to an `ingress` block of the group: AWS has it once.
   */
  readonly takenFromParents: readonly OfParent[];
  /**
   * Attachments of Auto Scaling groups that a destroy removes although the group's own list has the target group, by
   * address: an aws_autoscaling_attachment that is destroyed while its ARN moves to `target_group_arns`.
   */
  readonly takenLinks: ReadonlyMap<string, TakenLink>;
}

export const analyse = once(
  (topology: Topology): Analysis => ({
    get entries() {
      return entriesOf(topology);
    },
    get records() {
      return recordsOf(topology);
    },
    get chains() {
      return chainsOf(topology);
    },
    get balancersAwaitingRecord() {
      return waitingFor(topology);
    },
    get firstUnreadableValidation() {
      return firstUnreadableValidation(topology);
    },
    get servesNamesElsewhere() {
      return rulesForNamesElsewhere(topology);
    },
    get network() {
      return networkIndex(topology);
    },
    get groupUsers() {
      return groupUsers(topology);
    },
    get takenFromParents() {
      return takenFromParents(topology);
    },
    get takenLinks() {
      return linksTaken(topology);
    },
  }),
);
