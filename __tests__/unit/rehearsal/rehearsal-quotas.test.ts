import { quotaOf } from "../../../cli/commands/rehearse";
import { exceededQuotas, NEW_ACCOUNT } from "../../../rehearsal/quotas";

const VCPUS =
  "Error: creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 400, api " +
  "error VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 5 allows";
const ADDRESSES =
  "Error: creating EC2 EIP: operation error EC2: AllocateAddress, api error AddressLimitExceeded: The maximum " +
  "number of addresses has been reached.";

test.each([
  [
    "vCPUs",
    VCPUS,
    '"Running On-Demand Standard instances (vCPUs)" is 5 in this rehearsal, as in a new AWS account',
    "--vcpus",
    "L-1216C47A",
  ],
  [
    "addresses",
    ADDRESSES,
    '"EC2-VPC Elastic IPs" is 5 in this rehearsal, as in a new AWS account',
    "--addresses",
    "L-0263D0A3",
  ],
])(
  "a quota of %s that is exceeded is named, with the option and the increase that help",
  (_what, said, named, option, number) => {
    expect(exceededQuotas(said, NEW_ACCOUNT)).toEqual([
      `The quota ${named}, for all stacks of a region together: if your account's quota is higher, pass it ` +
        `with ${option}; otherwise request an increase from AWS (Service Quotas, ${number}).`,
    ]);
  },
);

test("a quota of one's own is named as such", () => {
  expect(exceededQuotas(VCPUS, { ...NEW_ACCOUNT, vcpus: 32 })[0]).toMatch(
    / is 32 in this rehearsal, as set with --vcpus, /,
  );
});

test("both are named where both are exceeded, and none for other errors", () => {
  expect(exceededQuotas(`${VCPUS}\n${ADDRESSES}`, NEW_ACCOUNT)).toHaveLength(2);
  expect(exceededQuotas("Error: creating EC2 VPC: api error VpcLimitExceeded", NEW_ACCOUNT)).toEqual([]);
});

test("an option's number is a whole one", () => {
  expect([quotaOf("0"), quotaOf("32")]).toEqual([0, 32]);
  for (const text of ["", "-1", "1.5", "many", "1e3"]) expect(() => quotaOf(text)).toThrow("Must be a whole number.");
});
