"""How every form looks: Django's renderer with our field template and Tabler's classes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting

# By widget, the first that fits.
CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.HiddenInput, ""),
    (forms.MultipleHiddenInput, ""),
    (forms.ColorInput, "form-control form-control-color"),
    (forms.CheckboxInput, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


class TablerField(BoundField):
    """A form field whose control carries Tabler's classes, also when it is wrong.

    Django itself sets ``aria-invalid`` and ``aria-describedby`` (help and errors) on the control.
    """

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        control = widget or self.field.widget
        names: list[str] = [
            str(attrs.get("class") or control.attrs.get("class", "")),
            next(name for kind, name in CLASSES if isinstance(control, kind)),
            "is-invalid" if self.errors else "",
        ]
        joined = " ".join(filter(None, names))
        return {**attrs, "class": joined} if joined else attrs

    @property
    def is_marked_optional(self) -> bool:
        """Said only where other fields are required: in a form of filters it would be noise."""
        return not self.field.required and any(each.required for each in self.form.fields.values())

    @property
    def is_single_check(self) -> bool:
        """A tick box on its own has its label on the right."""
        return isinstance(self.field.widget, forms.CheckboxInput)


class TablerRenderer(TemplatesSetting):
    """Named in ``settings.FORM_RENDERER``."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = TablerField
