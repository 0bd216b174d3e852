"""The look as Gradio's theme variables: zinc greys, one indigo accent, system fonts."""

from typing import Any, Final

from gradio.themes import Base
from gradio.themes.utils import colors, sizes

SYSTEM_SANS: Final = (
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Ubuntu",
    "Cantarell",
    "Liberation Sans",
    "system-ui",
    "sans-serif",
)
SYSTEM_MONO: Final = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


#: Gradio's names for what is coloured, and what they are here; `_dark` is the other mode.
VARIABLES: Final[dict[str, Any]] = {
    "body_background_fill": "#ffffff",
    "body_background_fill_dark": "#101012",
    "body_text_color": "*neutral_800",
    "body_text_color_dark": "*neutral_200",
    "body_text_color_subdued": "*neutral_500",
    "body_text_color_subdued_dark": "*neutral_400",
    "background_fill_primary": "#ffffff",
    "background_fill_primary_dark": "#101012",
    "background_fill_secondary": "*neutral_50",
    "background_fill_secondary_dark": "#18181b",
    "block_background_fill": "transparent",
    "block_background_fill_dark": "transparent",
    "block_border_width": "0px",
    "block_shadow": "none",
    "block_padding": "0px",
    "block_label_background_fill": "transparent",
    "block_label_background_fill_dark": "transparent",
    "block_title_text_weight": "400",
    "block_title_text_size": "12px",
    "border_color_primary": "*neutral_200",
    "border_color_primary_dark": "*neutral_800",
    "border_color_accent": "#4f46e5",
    "border_color_accent_dark": "#818cf8",
    "color_accent": "#4f46e5",
    "color_accent_soft": "*primary_50",
    "color_accent_soft_dark": "#1e1b4b",
    "input_background_fill": "#ffffff",
    "input_background_fill_dark": "#18181b",
    "input_border_color": "*neutral_300",
    "input_border_color_dark": "*neutral_700",
    "input_border_color_focus": "#4f46e5",
    "input_border_color_focus_dark": "#818cf8",
    "input_border_width": "1px",
    "input_radius": "8px",
    "input_shadow": "none",
    "input_shadow_focus": "none",
    "input_placeholder_color": "*neutral_500",
    "input_placeholder_color_dark": "*neutral_400",
    "button_primary_background_fill": "#4f46e5",
    "button_primary_background_fill_hover": "#4338ca",
    "button_primary_background_fill_dark": "#4f46e5",
    "button_primary_background_fill_hover_dark": "#6366f1",
    "button_primary_text_color": "#ffffff",
    "button_primary_text_color_dark": "#ffffff",
    "button_primary_border_color": "#4f46e5",
    "button_primary_border_color_dark": "#4f46e5",
    "button_secondary_background_fill": "transparent",
    "button_secondary_background_fill_dark": "transparent",
    "button_secondary_background_fill_hover": "*neutral_100",
    "button_secondary_background_fill_hover_dark": "*neutral_800",
    "button_secondary_border_color": "*neutral_300",
    "button_secondary_border_color_dark": "*neutral_700",
    "button_border_width": "1px",
    "button_large_padding": "6px 12px",
    "button_large_radius": "8px",
    "button_large_text_size": "14px",
    "button_large_text_weight": "600",
    "button_medium_padding": "6px 12px",
    "button_medium_radius": "8px",
    "button_medium_text_size": "14px",
    "button_medium_text_weight": "600",
    "button_small_padding": "4px 10px",
    "button_small_radius": "8px",
    "button_small_text_weight": "400",
    "button_primary_shadow": "none",
    "button_secondary_shadow": "none",
    "shadow_drop": "none",
    "shadow_drop_lg": "0 8px 24px rgb(0 0 0 / 12%)",
    "link_text_color": "#4338ca",
    "link_text_color_dark": "#a5b4fc",
    "link_text_color_visited": "#4338ca",
    "link_text_color_visited_dark": "#a5b4fc",
    "loader_color": "#4f46e5",
    "loader_color_dark": "#818cf8",
}


class Goldenpath(Base):
    """Calm, dense and precise; colour is for state and for the one primary action."""

    def __init__(self) -> None:
        super().__init__(
            primary_hue=colors.indigo,
            secondary_hue=colors.indigo,
            neutral_hue=colors.zinc,
            spacing_size=sizes.spacing_sm,
            radius_size=sizes.radius_md,
            text_size=sizes.text_md,
            font=SYSTEM_SANS,
            font_mono=SYSTEM_MONO,
        )
        self.name = "goldenpath"
        self.set(**VARIABLES)
