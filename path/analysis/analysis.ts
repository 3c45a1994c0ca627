import type { Balancer, DnsRecord, Listener, Topology } from "../../topology/model";
import { unreadableRecord } from "./certificates/validation-records";
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

/**
 * What follows from a topology, without an opinion on it: between what a file says and what is wrong with it. Each
 * question is answered once, the first time that it is asked, for whoever asks; questions of one path, balancer or
 * target stand beside these in the folders of analysis/.
 */
export interface Analysis {
  /** Every URL by which a balancer is asked. */
  readonly entries: readonly Entry[];
  /** Which record leads to which balancer, and which zone is a name's. */
  readonly records: Records;
  /** Over which records a name leads to what answers. */
  readonly chains: Chains;
  /** Balancers to which no record leads, by the names that they are made for. */
  readonly waiting: ReadonlyMap<string, Balancer>;
  /** A record of a certificate's validation that the file does not let be read. */
  readonly unreadableRecord: DnsRecord | undefined;
  /** Whether the rules of a listener may well be for names whose records are elsewhere. */
  readonly isForNamesElsewhere: (listener: Listener) => boolean;
  /** What is in which subnet, and which subnets are public. */
  readonly network: NetworkIndex;
  /** Which balancers forward to a target group, and what registers in it. */
  readonly groupUsers: GroupUsers;
  /** What a resource beside its parent stands for that the parent takes away. */
  readonly takenFromParents: readonly OfParent[];
  /** Registrations and links that a destroy takes away from another resource. */
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
    get waiting() {
      return waitingFor(topology);
    },
    get unreadableRecord() {
      return unreadableRecord(topology);
    },
    get isForNamesElsewhere() {
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
