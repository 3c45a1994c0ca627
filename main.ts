import { App } from "cdktf";
import { WebStack } from "./constructs/web-stack";

const app = new App();

new WebStack(app, "web", {
  domainName: "www.example.com", // your domain
  backend: { s3: { bucket: "CHANGE-ME", region: "us-east-1" } }, // your bucket's name; npx alb-web bootstrap creates it
  region: "us-east-1",
});

app.synth();
