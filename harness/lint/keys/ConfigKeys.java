import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Connector;

/**
 * Prints the ConfigDefs of what is on its class path, as one JSON object: the real keys, types, defaults and bounds.
 * Arguments: `name=class#member`, the member a static field or method that holds a ConfigDef, or nothing for a class
 * with `config()`; `fields=class#member` reads Debezium's own fields; `services=prefix` adds the transforms,
 * predicates and converters that the jars name, by the beginning of their class names.
 */
public class ConfigKeys {
  public static void main(String[] arguments) throws Exception {
    Map<String, ConfigDef> found = new TreeMap<>();
    for (String argument : arguments) {
      if (argument.startsWith("services=")) addServices(found, argument.substring(9));
      else if (argument.startsWith("fields=")) readFields(argument.substring(7));
      else {
        String[] parts = argument.split("=", 2);
        found.put(parts[0], definition(parts[1]));
      }
    }
    System.out.println(found.entrySet().stream()
        .map(each -> text(each.getKey()) + ": {\n" + keys(each.getValue()) + "\n  }")
        .collect(Collectors.joining(",\n  ", "{\n  ", "\n}")));
  }

  /** Debezium keeps an option's words, its need and its old names in fields of its own, out of the ConfigDef. */
  private static void readFields(String where) throws Exception {
    String[] parts = where.split("#", 2);
    for (Object field : (Iterable<?>) Class.forName(parts[0]).getField(parts[1]).get(null)) {
      fields.put((String) ask(field, "name"), field);
    }
  }

  private static final Map<String, Object> fields = new TreeMap<>();

  private static Object ask(Object field, String method) {
    try {
      return field.getClass().getMethod(method).invoke(field);
    } catch (ReflectiveOperationException other) {
      throw new IllegalStateException(other);
    }
  }

  private static ConfigDef definition(String where) throws Exception {
    String[] parts = where.split("#", 2);
    Class<?> type = Class.forName(parts[0]);
    if (parts.length == 1) return configOf(type.getDeclaredConstructor().newInstance());
    for (Field field : type.getDeclaredFields()) {
      if (!field.getName().equals(parts[1])) continue;
      field.setAccessible(true);
      return (ConfigDef) field.get(null);
    }
    List<Method> overloads = new ArrayList<>(List.of(type.getDeclaredMethods()));
    overloads.sort(Comparator.comparing(Method::getParameterCount));
    for (Method method : overloads) {
      if (!method.getName().equals(parts[1]) || !Modifier.isStatic(method.getModifiers())) continue;
      method.setAccessible(true);
      // One of Connect's takes the JVM's cryptography, to say which algorithms are the default.
      Object[] given = new Object[method.getParameterCount()];
      for (int at = 0; at < given.length; at++) given[at] = system(method.getParameterTypes()[at]);
      return (ConfigDef) method.invoke(null, given);
    }
    throw new IllegalArgumentException(where + " has no such member");
  }

  private static Object system(Class<?> type) throws Exception {
    Field field = type.getDeclaredField("SYSTEM");
    field.setAccessible(true);
    return field.get(null);
  }

  private static ConfigDef configOf(Object plugin) throws Exception {
    return plugin instanceof Connector connector
        ? connector.config()
        : (ConfigDef) plugin.getClass().getMethod("config").invoke(plugin);
  }

  private static void addServices(Map<String, ConfigDef> found, String prefix) throws Exception {
    for (String kind : List.of("transforms.Transformation", "transforms.predicates.Predicate", "storage.Converter")) {
      String list = "META-INF/services/org.apache.kafka.connect." + kind;
      for (URL jar : Collections.list(ConfigKeys.class.getClassLoader().getResources(list))) {
        for (String line : new String(jar.openStream().readAllBytes()).split("\n")) {
          if (line.startsWith(prefix)) addConfig(found, line.strip());
        }
      }
    }
  }

  private static void addConfig(Map<String, ConfigDef> found, String name) throws Exception {
    try {
      ConfigDef config = configOf(Class.forName(name).getDeclaredConstructor().newInstance());
      if (config != null) found.put(name, config);
    } catch (ReflectiveOperationException | LinkageError absent) {
      System.err.println(name + ": " + absent);
    }
  }

  private static String keys(ConfigDef definition) {
    return new TreeMap<>(definition.configKeys()).values().stream()
        .map(key -> "    " + text(key.name) + ": " + entry(key))
        .collect(Collectors.joining(",\n"));
  }

  private static String entry(ConfigDef.ConfigKey key) {
    List<String> parts = new ArrayList<>();
    parts.add("\"type\": " + text(key.type.name().toLowerCase()));
    Object field = fields.get(key.name);
    boolean required = field == null ? !key.hasDefault() : (boolean) ask(field, "isRequired");
    if (required) parts.add("\"required\": true");
    else if (key.defaultValue != null) parts.add("\"default\": " + text(String.valueOf(ConfigDef.convertToString(key.defaultValue, key.type))));
    String bounds = bounds(key);
    if (bounds != null) parts.add("\"bounds\": " + text(bounds));
    List<String> values = asked(field, "allowedValues");
    if (!values.isEmpty()) parts.add(list("values", values));
    List<String> aliases = asked(field, "deprecatedAliases");
    if (!aliases.isEmpty()) parts.add(list("aliases", aliases));
    String deprecated = deprecated(key.documentation == null ? "" : key.documentation);
    if (deprecated != null) parts.add("\"deprecated\": " + text(deprecated));
    return "{ " + String.join(", ", parts) + " }";
  }

  /** What a validator says of itself; lambdas say nothing that can be used. */
  private static String bounds(ConfigDef.ConfigKey key) {
    if (key.validator == null) return null;
    String told = key.validator.toString();
    return told.startsWith("[") || told.startsWith("(case insensitive)") ? told : null;
  }

  private static List<String> asked(Object field, String method) {
    Set<?> told = field == null ? null : (Set<?>) ask(field, method);
    return told == null ? List.of() : told.stream().map(String::valueOf).sorted().toList();
  }

  private static String list(String name, List<String> values) {
    return text(name) + ": [" + values.stream().map(ConfigKeys::text).collect(Collectors.joining(", ")) + "]";
  }

  /** The sentence that calls the key itself deprecated, not one of its values. */
  private static String deprecated(String documentation) {
    String itself = "(?is)\\(?deprecated\\b.*|.*\\bthis (config|option|property|setting|parameter|field)\\w*\\b.{0,20}\\bdeprecated\\b.*";
    for (String each : documentation.replaceAll("<[^>]*>", "").split("(?<=\\.)\\s+")) {
      if (each.strip().matches(itself)) return each.strip();
    }
    return null;
  }

  private static String text(String value) {
    StringBuilder json = new StringBuilder("\"");
    for (char each : value.toCharArray()) {
      if (each == '"' || each == '\\') json.append('\\').append(each);
      else if (each < 0x20) json.append(String.format("\\u%04x", (int) each));
      else json.append(each);
    }
    return json.append('"').toString();
  }
}
