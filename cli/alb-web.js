#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

// A checkout runs its sources, with all commands; the package has those that serve everyone's Terraform, in one file.
if (existsSync(join(__dirname, "alb-web.ts"))) {
  require("./typescript.js");
  require("./alb-web.ts");
} else require("../bundle/alb-web.js");
