using QRCoder;

namespace Collab.Console.SignIn;

/// <summary>A text as a picture for a camera.</summary>
internal static class QrPicture
{
    /// <summary>SVG of one path, without styles, for the console's policy allows none inline. The text itself does not stand in it.</summary>
    public static string Of(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var modules = code.ModuleMatrix;
        var path = new System.Text.StringBuilder();
        for (var y = 0; y < modules.Count; y++)
        {
            for (var x = 0; x < modules.Count; x++)
            {
                if (modules[y][x]) path.Append(System.Globalization.CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
            }
        }

        return $"""<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {modules.Count} {modules.Count}" shape-rendering="crispEdges" role="img" aria-label="QR"><path d="{path}"/></svg>""";
    }
}
