import { DataAwsEc2InstanceTypeOfferings } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type-offerings";
import { Token } from "cdktf";
import { Construct } from "constructs";

/** An EC2 instance type, and the zones of a region that offer it. */
export interface IInstanceType {
  /** Such as `t3.micro`. */
  readonly name: string;
  /** The names of the zones that offer it, unordered; known during the plan. */
  readonly zones: string[];
  /** An expression that is true for a zone that offers it. @param zone an expression for the zone's name */
  isOfferedIn(zone: string): string;
}

/** Not every zone of a region offers every type: t2.micro is in two of Seoul's four zones, t3 is not in us-east-1e. */
export class InstanceType extends Construct implements IInstanceType {
  readonly zones: string[];

  private readonly offerings: DataAwsEc2InstanceTypeOfferings;

  constructor(
    scope: Construct,
    id: string,
    readonly name: string,
    region: string,
  ) {
    super(scope, id);
    const missing = `instances.type: ${name} does not exist in ${region}; choose another instances.type or region.`;
    this.offerings = new DataAwsEc2InstanceTypeOfferings(this, "offerings", {
      locationType: "availability-zone",
      filter: [{ name: "instance-type", values: [name] }],
      lifecycle: {
        postcondition: [
          {
            condition: "${length(self.locations) > 0}",
            errorMessage: missing,
          },
        ],
      },
    });
    this.zones = Token.asList(this.offerings.locations);
  }

  isOfferedIn(zone: string): string {
    return `\${contains(${this.offerings.fqn}.locations, ${zone})}`;
  }
}
