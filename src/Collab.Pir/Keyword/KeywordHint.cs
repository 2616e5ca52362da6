using Collab.Pir.Index;

namespace Collab.Pir.Keyword;

/// <summary>What a client keeps of a table by keyword between runs: the hints of both sides. It holds no secret of the client.</summary>
public sealed class KeywordHint
{
    internal KeywordHint(IndexHint left, IndexHint right) => (Left, Right) = (left, right);

    /// <summary>Of the left side.</summary>
    internal IndexHint Left { get; }

    /// <summary>Of the right side.</summary>
    internal IndexHint Right { get; }
}
