namespace Collab.Plots.Models;

/// <summary>A picture of a model.</summary>
public enum ModelPlotKind
{
    /// <summary>The receiver operating characteristic.</summary>
    Roc = 1,

    /// <summary>The two classes' shares above each score, and their greatest distance.</summary>
    Distance = 2,

    /// <summary>How many times more often class 1 is among the rows with the highest scores.</summary>
    Lift = 3,

    /// <summary>Predicted against actual means.</summary>
    Calibration = 4,

    /// <summary>How much each feature counts.</summary>
    Importance = 5,
}
