package dev.tenon.connector.template;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// What a template can see: maps, lists, texts, numbers and truth values. No reflection, so
/// `{{name.bytes}}` and the like find nothing.
final class PlainData implements Mustache.Collector {
  private static final int DEPTH_MAX = 6;
  private static final int ENTRIES_MAX = 2_000;
  private static final int TEXT_CHARS_MAX = 50_000;

  /// A copy of `data` of the allowed kinds only. A null is left out, so it reads as missing.
  ///
  /// @param colors names that stand in styles: below the top, where nothing is declared, they must
  ///   be colours too
  static Steps.CountedMap checked(String template, Map<String, ?> data, Set<String> colors) {
    int[] entries = {0};
    return map(template, "", data, 0, entries, new Steps(), colors);
  }

  @Override
  public @Nullable Iterator<?> toIterator(Object value) {
    return switch (value) {
      case List<?> list -> Steps.CountedList.turns(list);
      case Optional<?> optional -> optional.stream().iterator();
      default -> null;
    };
  }

  @Override
  public Mustache.@Nullable VariableFetcher createFetcher(Object context, String name) {
    if (name.equals(".") || name.equals("this")) {
      return (value, _) -> value;
    }
    if (context instanceof Map<?, ?>) {
      return (value, key) -> {
        Steps.CountedMap.count((Map<?, ?>) value);
        Object found = ((Map<?, ?>) value).get(key);
        return found == null ? Template.NO_FETCHER_FOUND : found;
      };
    }
    return (_, _) -> Template.NO_FETCHER_FOUND;
  }

  @Override
  public <K, V> Map<K, V> createFetcherCache() {
    return new ConcurrentHashMap<>();
  }

  private static Steps.CountedMap map(
      String template,
      String path,
      Map<?, ?> source,
      int depth,
      int[] entries,
      Steps steps,
      Set<String> colors) {
    var copy = new Steps.CountedMap(steps);
    source.forEach(
        (key, value) -> {
          String at = path.isEmpty() ? String.valueOf(key) : path + "." + key;
          count(template, at, depth, entries);
          if (depth > 0 && value != null && colors.contains(String.valueOf(key))) {
            BrandColor.checkForm(template, at, value);
          }
          if (value != null) {
            copy.put(
                String.valueOf(key), value(template, at, value, depth, entries, steps, colors));
          }
        });
    return copy;
  }

  private static Object value(
      String template,
      String path,
      Object value,
      int depth,
      int[] entries,
      Steps steps,
      Set<String> colors) {
    return switch (value) {
      case String text when text.length() <= TEXT_CHARS_MAX -> text;
      case String _ ->
          throw new TemplateException(
              template, path, "the variable '%s' is longer than 50000 characters".formatted(path));
      case Number number -> number;
      case Boolean truth -> truth;
      case Map<?, ?> map -> map(template, path, map, depth + 1, entries, steps, colors);
      case List<?> list -> {
        List<Object> copy = new Steps.CountedList(steps);
        for (Object element : list) {
          count(template, path, depth, entries);
          if (element != null) {
            copy.add(value(template, path, element, depth + 1, entries, steps, colors));
          }
        }
        yield copy;
      }
      default ->
          throw new TemplateException(
              template,
              path,
              "the variable '%s' must be text, a number, true, false, a list or a map"
                  .formatted(path));
    };
  }

  private static void count(String template, String path, int depth, int[] entries) {
    if (depth > DEPTH_MAX || ++entries[0] > ENTRIES_MAX) {
      throw new TemplateException(
          template, path, "its data is nested deeper than 6 levels or has more than 2000 entries");
    }
  }
}
