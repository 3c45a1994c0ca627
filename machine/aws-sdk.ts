/** The environment variable that turns off the pinned AWS SDK's warning about future Node versions. */
export const NO_SDK_WARNING = "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED";
