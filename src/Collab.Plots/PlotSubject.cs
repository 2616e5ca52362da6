using Collab.Statistics.Inference;

namespace Collab.Plots;

/// <summary>What a picture is about: the outcome of one analysis.</summary>
/// <param name="Asked">What was asked, in words: "a histogram of age in 10 bins".</param>
/// <param name="Columns">Its columns, the value or the time first.</param>
/// <param name="Findings">What was found.</param>
public sealed record PlotSubject(string Asked, IReadOnlyList<string> Columns, IReadOnlyList<Finding> Findings);
