import { DataAwsEc2InstanceTypeOfferings } from "@cdktf/provider-aws/lib/data-aws-ec2-instance-type-offerings";
import { Token } from "cdktf";
import { Construct } from "constructs";

/** A type of EC2 instance, and where a region has it. */
export interface IInstanceType {
  /** Such as `t3.micro`. */
  readonly name: string;
  /** The names of the zones that have it, in no order; known while planning. */
  readonly zones: string[];
  /** An expression that is true in a zone that has it. @param zone an expression for the zone's name */
  isOfferedIn(zone: string): string;
}

/** Not every zone of a region has every type: t2.micro is in two of Seoul's four, t3 is not in us-east-1e. */
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
