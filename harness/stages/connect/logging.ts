/** Everything to standard output, which is the server's log file. The first is Kafka 4's, the second Kafka 3's. */
export const logFiles = {
  "log4j2.properties": `appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=[%d] %p %X{connector.context}%m (%c)%n
rootLogger.level=INFO
rootLogger.appenderRef.out.ref=out
`,
  "log4j.properties": `log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=[%d] %p %X{connector.context}%m (%c)%n
`,
};
