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
 * What follows from a topology, without an opinion on it: between what a file says and what is wrong with it. Each
 * question is answered once, the first time that it is asked, for whoever asks. From outside analysis/, questions of a
 * whole topology go through analyse(), and those of a path that rules share through analysePath(); those of one
 * load balancer, record or target stand in the folders beside this file.
 */

export interface Analysis {
  /** Every URL by which a load balancer is asked. */
  readonly entries: readonly Entry[];
  /** Which record leads to which load balancer, and which zone is a name's. */
  readonly records: Records;
  /** Over which records a name leads to what answers. */
  readonly chains: Chains;
  /** Load balancers to which no record leads, by the names that they are made for. */
  readonly balancersAwaitingRecord: ReadonlyMap<string, Balancer>;
  /** The first record that may validate a certificate, and of which the file does not tell what it is for. */
  readonly firstUnreadableValidation: DnsRecord | undefined;
  /** Whether the rules of a listener may well be for names whose records are elsewhere. */
  readonly servesNamesElsewhere: (listener: Listener) => boolean;
  /** Subnets, route tables and gateways by their VPC, endpoints by their route table, and how much is in a subnet. */
  readonly network: NetworkIndex;
  /** Which load balancers forward to a target group, and what registers in it. */
  readonly groupUsers: GroupUsers;
  /**
   * What a destroy takes away although a block of the parent stands for it, such as an aws_security_group_rule that is
   * destroyed as its rule is written into an `ingress` block of the group: AWS has it once.
   */
  readonly takenFromParents: readonly OfParent[];
  /**
   * Attachments of Auto Scaling groups that a destroy takes away although the group's own list names the target group,
   * by address: an aws_autoscaling_attachment that is destroyed as its ARN is written into `target_group_arns`.
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
