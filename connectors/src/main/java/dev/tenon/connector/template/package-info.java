/// Templates for mail: checked when loaded, rendered without surprises.
@NullMarked
package dev.tenon.connector.template;

import org.jspecify.annotations.NullMarked;
