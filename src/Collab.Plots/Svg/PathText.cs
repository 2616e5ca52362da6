using System.Text;

namespace Collab.Plots.Svg;

/// <summary>The text of a path: moves, steps along either axis, an end.</summary>
internal sealed class PathText
{
    private readonly StringBuilder _text = new();

    public PathText MoveTo(double x, double y) => Add($"M{SvgPicture.Number(x)} {SvgPicture.Number(y)}");

    public PathText LineTo(double x, double y) => Add($"L{SvgPicture.Number(x)} {SvgPicture.Number(y)}");

    public PathText AcrossTo(double x) => Add($"H{SvgPicture.Number(x)}");

    public PathText DownTo(double y) => Add($"V{SvgPicture.Number(y)}");

    public PathText Close() => Add("Z");

    public override string ToString() => _text.ToString();

    private PathText Add(string piece)
    {
        _text.Append(piece);
        return this;
    }
}
