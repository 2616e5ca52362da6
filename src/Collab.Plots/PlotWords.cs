namespace Collab.Plots;

/// <summary>The words in a picture, in one language.</summary>
internal sealed record PlotWords
{
    private static PlotWords English { get; } = new()
    {
        Rows = "rows", Suppressed = "suppressed", SuppressedMeans = "Hatched: suppressed, on too few rows or to cover such a bin; the height says nothing.", Below = "{0} and less", Above = "above {0}",
        Group = "group", Survival = "share without the event", AtRisk = "at risk", LogRank = "log-rank", Median = "median", All = "all", Band = "Bands: 95% intervals (Greenwood), pointwise; censoring is not shown.",
        Interval = "95% interval", OddsRatio = "odds ratio", RelativeRisk = "relative risk", RateRatio = "rate ratio", HazardRatio = "hazard ratio", Coefficient = "coefficient", NotDefined = "not defined",
        LogScale = "logarithmic scale", NotReached = "not reached", To = "to",
    };

    private static PlotWords Chinese { get; } = new()
    {
        Rows = "行数", Suppressed = "已隐去", SuppressedMeans = "斜线：行数过少或为掩护此类区间而隐去；高度无意义。", Below = "不大于 {0}", Above = "大于 {0}",
        Group = "组", Survival = "未发生事件的比例", AtRisk = "风险人数", LogRank = "对数秩检验", Median = "中位数", All = "全部", Band = "阴影：逐点 95% 置信区间（Greenwood）；未标出删失。",
        Interval = "95% 置信区间", OddsRatio = "比值比", RelativeRisk = "相对危险度", RateRatio = "率比", HazardRatio = "风险比", Coefficient = "回归系数", NotDefined = "无定义",
        LogScale = "对数坐标", NotReached = "未达到", To = "至",
    };

    public static PlotWords In(PlotLanguage language) => language == PlotLanguage.Chinese ? Chinese : English;

    public required string Rows { get; init; }

    public required string Suppressed { get; init; }

    public required string SuppressedMeans { get; init; }

    public required string Below { get; init; }

    public required string Above { get; init; }

    public required string Group { get; init; }

    public required string Survival { get; init; }

    public required string AtRisk { get; init; }

    public required string LogRank { get; init; }

    public required string Median { get; init; }

    public required string NotReached { get; init; }

    public required string All { get; init; }

    public required string Band { get; init; }

    public required string Interval { get; init; }

    public required string OddsRatio { get; init; }

    public required string RelativeRisk { get; init; }

    public required string RateRatio { get; init; }

    public required string HazardRatio { get; init; }

    public required string Coefficient { get; init; }

    public required string NotDefined { get; init; }

    public required string To { get; init; }

    public required string LogScale { get; init; }
}
