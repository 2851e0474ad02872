/// When this was released.
public enum Release {
  /// 2026-11-01 00:00 UTC: a clock that shows an earlier time is wrong, and times in the table of
  /// attempts count from here.
  public static var time: Int64 { 1_793_491_200 }
}
