package dev.tenon.connector.template;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// Language tags (BCP 47) of templates, in lower case, and which stands in for which.
public final class Language {
  /// The one that every built-in template has.
  public static final String LAST = "en";

  private static final Pattern TAG = Pattern.compile("[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}");

  private Language() {}

  /// The tag as it is kept: `de-AT` is `de-at`. Empty when it is none.
  public static Optional<String> read(String tag) {
    String lower = tag.strip().toLowerCase(Locale.ROOT);
    return TAG.matcher(lower).matches() ? Optional.of(lower) : Optional.empty();
  }

  /// Which languages to look for, the best first: each of `wanted` with what it is a variety of,
  /// then English. What is no tag is passed over.
  public static List<String> chain(String... wanted) {
    var chain = new LinkedHashSet<String>();
    for (String one : wanted) {
      for (String tag = read(one).orElse(""); !tag.isEmpty(); tag = wider(tag)) {
        chain.add(tag);
      }
    }
    chain.add(LAST);
    return List.copyOf(chain);
  }

  private static String wider(String tag) {
    int end = tag.lastIndexOf('-');
    return end < 0 ? "" : tag.substring(0, end);
  }
}
