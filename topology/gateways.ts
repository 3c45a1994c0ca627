import * as expected from "./expected";
import { grouped } from "./lists";
import type { Gateway } from "./network-model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { known } from "./value";

/** Internet gateways, NAT gateways and endpoints. */
export function gatewaysOf(source: Source): Gateway[] {
  return [
    ...internetGatewaysOf(source),
    ...source.ofType("aws_egress_only_internet_gateway").map((it) => gatewayOf("egress-only", it)),
    ...source.ofType("aws_nat_gateway", "data.aws_nat_gateway").map((it) =>
      gatewayOf("nat-gateway", it, {
        subnetId: it.fields.text("subnet_id", expected.SUBNET),
        connectivity: it.fields.text("connectivity_type") ?? "public",
      }),
    ),
    ...endpointsOf(source),
  ];
}

function gatewayOf(kind: Gateway["kind"], it: Resource, more: Partial<Gateway> = {}): Gateway {
  return {
    ...partOf(it),
    kind,
    id: it.identity("id"),
    vpcId: it.fields.text("vpc_id", expected.VPC),
    subnetId: undefined,
    connectivity: undefined,
    service: undefined,
    endpointType: undefined,
    routeTableIds: { items: [] },
    ...more,
  };
}

function internetGatewaysOf(source: Source): Gateway[] {
  const attached = grouped(source.ofType("aws_internet_gateway_attachment"), ({ fields }) =>
    fields.text("internet_gateway_id", expected.INTERNET_GATEWAY),
  );
  return source.ofType("aws_internet_gateway", "data.aws_internet_gateway").map((it) => {
    const [attachment] = attached.get(String(known(it.identity("id")))) ?? [];
    return gatewayOf(
      "internet-gateway",
      it,
      attachment === undefined ? {} : { vpcId: attachment.fields.text("vpc_id", expected.VPC) },
    );
  });
}

function endpointsOf(source: Source): Gateway[] {
  const tables = grouped(source.ofType("aws_vpc_endpoint_route_table_association"), ({ fields }) =>
    fields.text("vpc_endpoint_id", { types: ["aws_vpc_endpoint"], attribute: "id", literal: /^vpce-/ }),
  );
  return source.ofType("aws_vpc_endpoint", "data.aws_vpc_endpoint").map((it) => {
    const own = it.fields.list("route_table_ids", expected.ROUTE_TABLE);
    const beside = (tables.get(String(known(it.identity("id")))) ?? []).flatMap(
      ({ fields }) => known(fields.text("route_table_id", expected.ROUTE_TABLE)) ?? [],
    );
    return gatewayOf("endpoint", it, {
      service: it.fields.text("service_name"),
      endpointType: it.fields.text("vpc_endpoint_type") ?? "Gateway",
      routeTableIds: { ...own, items: [...own.items, ...beside] },
    });
  });
}
