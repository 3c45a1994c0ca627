import type { Route, RouteTable, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { changeOf } from "../../analysis/writers/coming";
import { standingInParents } from "../../analysis/writers/parents";
import { refusedOf, repeated } from "../../analysis/writers/written-twice";
import { standingChild } from "../../fixes/children";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FileCheck, FileReporter, Rule } from "../rule";

const routes: FileCheck = (topology, report) => {
  if (topology.source !== "state") for (const table of topology.routeTables) twoRoutes(topology, table, report);
  for (const it of standingInParents(topology.writers.changes))
    if (it.change.type === "aws_route")
      report.finding({
        ...standingChild(it),
        attribute: "route_table_id",
        symptom: "RouteAlreadyExists at apply: the route already exists in the table",
      });
};

function twoRoutes(topology: Topology, table: RouteTable, report: FileReporter): void {
  for (const pair of repeated(writtenRoutes(topology, table), ({ destination }) => known(destination)?.toLowerCase())) {
    const refused = refusedOf(topology, pair, table.address);
    if (refused === undefined || isReadBefore(topology, table, refused, pair)) continue;
    const [kept] = pair.filter((it) => it !== refused);
    const destination = known(refused.destination) ?? "the destination";
    report.finding({
      address: refused.address,
      attribute: refused.attribute,
      observed: `${kept?.address} has a route of ${table.address} to ${destination} too`,
      required: "one route to a destination in a table",
      symptom: "RouteAlreadyExists at apply",
      fix: fix(
        `Keep one of the two routes to ${destination}.`,
        BY_NO_PROP,
        refused.address === table.address
          ? [setting(table.address, refused.attribute.split(".")[0] ?? "route", undefined)]
          : [{ remove: refused.address }],
      ),
    });
  }
}

/** What a table shows without blocks of its own is computed; one that is only read has what stands. */
function writtenRoutes({ writers }: Topology, { address: own, routes: all, isData }: RouteTable): readonly Route[] {
  return all.filter(
    ({ address, attribute, destination }) =>
      destination !== "" &&
      (address !== own || (attribute.startsWith("route") && (isData || writers.isInline(own, "route")))),
  );
}

/** A replaced route is the one that the data source has read. */
function isReadBefore(topology: Topology, table: RouteTable, refused: Route, pair: readonly Route[]): boolean {
  return (
    table.isData &&
    pair.some(({ address }) => address === table.address) &&
    changeOf(topology, refused.address)?.doing === "replace"
  );
}

export const P71: Rule = {
  id: "P71",
  hop: "listener",
  title: "two routes of a table have one destination",
  certainty: ["apply"],
  why:
    "A route table has at most one route to a destination, and AWS refuses a second one. This happens with two " +
    "`aws_route` resources, and with an `aws_route` beside a table that has the route in a block. A table whose " +
    "`route` blocks are removed from the configuration keeps its routes, so a resource that replaces the block " +
    "fails as well.",
  symptom: "RouteAlreadyExists at apply",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: { file: routes },
};
