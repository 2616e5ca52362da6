namespace Collab.Statistics.Disclosure;

/// <summary>The cell that is hidden with those too small to be told: whoever knows the number of all rows then finds in what is missing at least the minimum.</summary>
/// <remarks>A rule of our own: the nearest after the first that may not be told, or else before it. Source: specs/analysis.md.</remarks>
internal static class CoveringCell
{
    /// <summary>Its number; null where all cells are told, or none.</summary>
    /// <param name="told">Which cells have enough rows.</param>
    public static int? Of(bool[] told)
    {
        var failed = Array.IndexOf(told, false);
        if (failed < 0) return null;
        var cover = Array.IndexOf(told, true, failed);
        if (cover < 0) cover = Array.LastIndexOf(told, true, failed);
        return cover < 0 ? null : cover;
    }
}
