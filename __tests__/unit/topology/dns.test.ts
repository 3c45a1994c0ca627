import { readTopology } from "../../../topology/topology";

/* What a resolver needs of records and zones. */

test("a record's TTL, and the weight and the identifier of one among several", () => {
  const { records } = readTopology({
    resource: {
      aws_route53_record: {
        simple: { zone_id: "Z1", name: "www.example.com", type: "A", ttl: 60, records: ["203.0.113.1"] },
        weighted: {
          zone_id: "Z1",
          name: "app.example.com",
          type: "A",
          ttl: "30",
          records: ["203.0.113.1"],
          set_identifier: "one",
          weighted_routing_policy: [{ weight: 10 }],
        },
      },
    },
  });
  expect(records.map(({ ttl, weight, setIdentifier }) => [ttl, weight, setIdentifier])).toEqual([
    [60, undefined, undefined],
    [30, 10, "one"],
  ]);
});

test("a certificate's key algorithm", () => {
  const { certificates } = readTopology({
    resource: {
      aws_acm_certificate: { main: { domain_name: "example.com", key_algorithm: "EC_prime256v1" } },
    },
  });
  expect(certificates.map(({ keyAlgorithm }) => keyAlgorithm)).toEqual(["EC_prime256v1"]);
});
