using System.Text;

namespace Collab.Node.Tests.Storage;

/// <summary>The grammar of RFC 4180, letter by letter; lines end with a line feed.</summary>
internal static class PlainCsv
{
    public static List<List<string>> Read(string text)
    {
        var (rows, row, field, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"') field.Append(text[i++]);
            else if (text[i] == '"') quoted = !quoted;
            else if (quoted || text[i] is not (',' or '\n')) field.Append(text[i]);
            else
            {
                row.Add(field.ToString());
                field.Clear();
                if (text[i] == ',') continue;
                rows.Add(row);
                row = [];
            }
        }

        Assert.True(!quoted && row.Count == 0 && field.Length == 0, "the last line ends as the others do");
        return rows;
    }
}
