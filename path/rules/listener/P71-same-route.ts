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
      observed: `${kept?.address} also manages a route of ${table.address} to ${destination}`,
      required: "one route for each destination in a route table",
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

/** Without inline blocks, a table's routes are computed. A data source has the existing routes. */
function writtenRoutes({ writers }: Topology, { address: own, routes: all, isData }: RouteTable): readonly Route[] {
  return all.filter(
    ({ address, attribute, destination }) =>
      destination !== "" &&
      (address !== own || (attribute.startsWith("route") && (isData || writers.isInline(own, "route")))),
  );
}

/** The route that is replaced is the one that the data source read. */
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
  title: "two routes of a route table have the same destination",
  certainty: ["apply"],
  why:
    "A route table can have one route for each destination, and AWS refuses a second one. This happens with two " +
    "`aws_route` resources, or with an `aws_route` and an inline `route` block for the same destination. A route " +
    "table whose `route` blocks are removed from the configuration keeps its routes, so a resource that replaces " +
    "the block fails too.",
  symptom: "RouteAlreadyExists at apply",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: { file: routes },
};
