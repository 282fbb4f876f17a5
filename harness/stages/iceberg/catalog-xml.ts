/** Jetty's XML for the catalog's servlet on one address. Holds the object store's key. */
export function catalogXml(options: {
  readonly host: string;
  readonly port: number;
  readonly properties: Readonly<Record<string, string>>;
}): string {
  const entries = Object.entries(options.properties).map(
    ([key, value]) => `<Entry><Item>${escaped(key)}</Item><Item>${escaped(value)}</Item></Entry>`,
  );
  return `<?xml version="1.0"?>
<!DOCTYPE Configure PUBLIC "-//Jetty//Configure//EN" "https://jetty.org/configure_12_0.dtd">
<Configure id="server" class="org.eclipse.jetty.server.Server">
  <Call name="addConnector"><Arg>
    <New class="org.eclipse.jetty.server.ServerConnector">
      <Arg name="server"><Ref refid="server"/></Arg>
      <Set name="host">${escaped(options.host)}</Set>
      <Set name="port">${options.port}</Set>
    </New>
  </Arg></Call>
  <Set name="handler">
    <New class="org.eclipse.jetty.ee10.servlet.ServletContextHandler">
      <Call name="addServlet">
        <Arg><New class="org.eclipse.jetty.ee10.servlet.ServletHolder"><Arg>
          <New class="org.apache.iceberg.rest.RESTCatalogServlet"><Arg>
            <New class="org.apache.iceberg.rest.RESTCatalogAdapter"><Arg>
              <New class="org.apache.iceberg.jdbc.JdbcCatalog">
                <Call name="initialize"><Arg>floe</Arg><Arg><Map>
                  ${entries.join("\n                  ")}
                </Map></Arg></Call>
              </New>
            </Arg></New>
          </Arg></New>
        </Arg></New></Arg>
        <Arg>/*</Arg>
      </Call>
    </New>
  </Set>
</Configure>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
