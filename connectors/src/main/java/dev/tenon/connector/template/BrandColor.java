package dev.tenon.connector.template;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A tenant's colour behind white button text. It must be readable: WCAG 2.2 AA asks for 4.5 : 1.
final class BrandColor {
  private static final Pattern HEX = Pattern.compile("#[0-9a-fA-F]{6}");
  private static final double CONTRAST_MIN = 4.5;

  private BrandColor() {}

  /// Checks `value` when the variable's name says that it is a colour (`…_color`), since it stands
  /// in a style, where HTML escaping doesn't help.
  static void check(String template, String variable, @Nullable Object value) {
    if (!variable.endsWith("_color")) {
      return;
    }
    if (!(value instanceof String color) || !HEX.matcher(color).matches()) {
      throw new TemplateException(
          template, variable, "the variable '%s' must be like #1e40af".formatted(variable));
    }
    double contrast = contrastWithWhite(color);
    if (contrast < CONTRAST_MIN) {
      throw new TemplateException(
          template,
          variable,
          "white text on '%s' (%s) has a contrast of %.1f : 1; choose a darker one, 4.5 : 1 or more"
              .formatted(variable, color, contrast));
    }
  }

  /// WCAG 2.2, "contrast ratio".
  static double contrastWithWhite(String hex) {
    int rgb = Integer.parseInt(hex.substring(1), 16);
    double luminance =
        0.2126 * linear(rgb >> 16 & 0xff)
            + 0.7152 * linear(rgb >> 8 & 0xff)
            + 0.0722 * linear(rgb & 0xff);
    return 1.05 / (luminance + 0.05);
  }

  private static double linear(int channel) {
    double share = channel / 255.0;
    return share <= 0.04045 ? share / 12.92 : Math.pow((share + 0.055) / 1.055, 2.4);
  }
}
