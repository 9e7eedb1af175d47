package dev.tenon.connector.template;

import java.math.BigDecimal;
import java.text.DecimalFormatSymbols;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.Locale;
import java.util.Map;

/// What is written differently in each language, until the language of a mail is known.
public sealed interface Localized {
  /// As it is written in `language`.
  String in(String language);

  /// A day by UTC: `24 November 2026`, `24. November 2026`.
  record Day(Instant moment) implements Localized {
    private static final DateTimeFormatter ENGLISH =
        DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.ENGLISH);

    @Override
    public String in(String language) {
      Locale locale = Locale.forLanguageTag(language);
      DateTimeFormatter format =
          locale.getLanguage().equals(Language.LAST)
              ? ENGLISH
              : DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG).withLocale(locale);
      return format.withZone(ZoneOffset.UTC).format(moment);
    }
  }

  /// An amount in whole units of its currency: `29.00 EUR`, `29,00 EUR`.
  record Money(BigDecimal units, String currency) implements Localized {
    @Override
    public String in(String language) {
      char point =
          DecimalFormatSymbols.getInstance(Locale.forLanguageTag(language)).getDecimalSeparator();
      return units.toPlainString().replace('.', point) + " " + currency.toUpperCase(Locale.ROOT);
    }
  }

  /// Words that are known in some languages.
  ///
  /// @param english where none of them is asked for
  /// @param others by language
  record Words(String english, Map<String, String> others) implements Localized {
    public Words {
      others = Map.copyOf(others);
    }

    @Override
    public String in(String language) {
      for (String tag : Language.chain(language)) {
        String words = others.get(tag);
        if (words != null) {
          return words;
        }
      }
      return english;
    }
  }

  /// Not known.
  record Nothing() implements Localized {
    @Override
    public String in(String language) {
      return "";
    }
  }
}
