import { REGIONS } from "../regions";
import { oneOfMany } from "../values";

/** A region that a stack or its state can be in. */
export const awsRegion = () =>
  oneOfMany(REGIONS, "an AWS region that hashicorp/aws 5.100.0 supports, outside China and GovCloud");
