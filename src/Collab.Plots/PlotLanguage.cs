namespace Collab.Plots;

/// <summary>The language of the words in a picture.</summary>
public enum PlotLanguage
{
    /// <summary>English.</summary>
    English = 1,

    /// <summary>Chinese.</summary>
    Chinese = 2,
}
