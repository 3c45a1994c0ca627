import type { Example } from "../../path/explain/example";

/* Rules that look at what changes, or at what terraform itself refuses: no correct stack can contain their errors. */

export const EXAMPLES_OF_CHANGES: Readonly<Record<string, Example>> = {
  P18: {
    what: "a name is added to a certificate that a listener uses",
    wrong: `resource "aws_acm_certificate" "site" {
  domain_name               = "www.example.com"
  subject_alternative_names = ["shop.example.com"] # new: forces replacement
  validation_method         = "DNS"
}`,
    right: `resource "aws_acm_certificate" "site" {
  domain_name               = "www.example.com"
  subject_alternative_names = ["shop.example.com"]
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}`,
    observed: "the plan destroys the certificate that aws_lb_listener.https uses before it creates the new one",
    fix: {
      text: "Create the new certificate before the old one is destroyed.",
      props: "no prop causes this; remove the override or the resource you added",
      hcl: `resource "aws_acm_certificate" "site" {
  lifecycle {
    create_before_destroy = true
  }
}`,
    },
  },
  P58: {
    what: "a health check uses a protocol of Network Load Balancers",
    wrong: `resource "aws_lb_target_group" "web" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id

  health_check {
    protocol = "TCP"
  }
}`,
    right: `resource "aws_lb_target_group" "web" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id

  health_check {
    path     = "/health"
    protocol = "HTTP"
  }
}`,
    observed: "a health check with protocol TCP in a target group with protocol HTTP",
    fix: {
      text: "Set the health check protocol to HTTP.",
      props: "",
      hcl: `resource "aws_lb_target_group" "web" {
  health_check {
    protocol = "HTTP"
  }
}`,
    },
  },
  P59: {
    what: "a load balancer's name begins with a hyphen",
    wrong: `resource "aws_lb" "web" {
  name = "-web"
}`,
    right: `resource "aws_lb" "web" {
  name = "web"
}`,
    observed: '"-web" begins or ends with a hyphen',
    fix: { text: "Change the name to web.", props: "", hcl: `resource "aws_lb" "web" {\n  name = "web"\n}` },
  },
  P66: {
    what: "the boot script of an existing instance changes",
    wrong: `resource "aws_instance" "web" {
  ami           = data.aws_ami.al2023.id
  instance_type = "t3.micro"
  user_data     = file("boot.sh") # changed
}`,
    right: `resource "aws_instance" "web" {
  ami                         = data.aws_ami.al2023.id
  instance_type               = "t3.micro"
  user_data                   = file("boot.sh")
  user_data_replace_on_change = true
}`,
    observed:
      "the plan changes the user data of an existing instance, which is stopped and started and does not run it",
    fix: {
      text: "Replace the instance when its user data changes. Review the plan before you apply it.",
      props: "no prop causes this; remove the override or the resource you added",
      hcl: `resource "aws_instance" "web" {
  user_data_replace_on_change = true
}`,
    },
  },
  P74: {
    what: "a target group has a new address in the configuration and keeps its name on AWS",
    wrong: `# was: resource "aws_lb_target_group" "app"
resource "aws_lb_target_group" "web" {
  name     = "web"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}`,
    right: `resource "aws_lb_target_group" "web" {
  name     = "web"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}

moved {
  from = aws_lb_target_group.app
  to   = aws_lb_target_group.web
}`,
    observed:
      "aws_lb_target_group.app, the same object on AWS, is destroyed in the same apply, and Terraform does not wait " +
      "for that",
    fix: {
      text: "Add the `moved` block, so that Terraform keeps the existing object.",
      props: "",
      hcl: `moved {
  from = aws_lb_target_group.app
  to   = aws_lb_target_group.web
}`,
    },
  },
  P75: {
    what: "an attachment is defined again under another address, and the first one is removed",
    wrong: `# was: resource "aws_lb_target_group_attachment" "a"
resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.web.id
}`,
    right: `resource "aws_lb_target_group_attachment" "web" {
  target_group_arn = aws_lb_target_group.web.arn
  target_id        = aws_instance.web.id
}

moved {
  from = aws_lb_target_group_attachment.a
  to   = aws_lb_target_group_attachment.web
}`,
    observed:
      "aws_lb_target_group_attachment.a is the same on AWS and is destroyed in the same apply; the destroy removes this one too",
    fix: {
      text: "Add the `moved` block, so that Terraform keeps the existing object.",
      props: "",
      hcl: `moved {
  from = aws_lb_target_group_attachment.a
  to   = aws_lb_target_group_attachment.web
}`,
    },
  },
};
