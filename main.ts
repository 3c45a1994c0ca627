import { App } from "cdktf";
import { WebStack } from "./constructs/web-stack";

const app = new App();

new WebStack(app, "web", { domainName: "www.example.com", region: "us-east-1" });

app.synth();
