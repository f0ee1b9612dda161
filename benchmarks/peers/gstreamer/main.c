// A path that is published is relayed to whoever reads it, on gst-rtsp-server. Packets are not taken apart: what comes
// out of the recording pipeline goes into the playing one as it is, so that nothing but the server is measured.
//
//   gstreamer <RTSP port>      publish to rtsp://127.0.0.1:<port>/tcp (or udp, churn), read rtsp://127.0.0.1:<port + 1>/tcp
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>
#include <stdlib.h>

// The sources of the readers' pipelines; one shared pipeline per path, one path at a time.
static GstElement *source;
static GMutex mutex;

static GstFlowReturn on_sample(GstAppSink *sink, gpointer data) {
  (void)data;
  GstSample *sample = gst_app_sink_pull_sample(sink);
  if (!sample) return GST_FLOW_EOS;
  g_mutex_lock(&mutex);
  if (source) {
    GstBuffer *buffer = gst_buffer_copy(gst_sample_get_buffer(sample));
    GST_BUFFER_PTS(buffer) = GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
    gst_app_src_push_buffer(GST_APP_SRC(source), buffer);
  }
  g_mutex_unlock(&mutex);
  gst_sample_unref(sample);
  return GST_FLOW_OK;
}

static void on_record(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer data) {
  (void)factory;
  (void)data;
  GstElement *bin = gst_rtsp_media_get_element(media);
  GstElement *sink = gst_bin_get_by_name_recurse_up(GST_BIN(bin), "out");
  GstAppSinkCallbacks callbacks = {.new_sample = on_sample};
  gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, NULL, NULL);
  gst_object_unref(sink);
  gst_object_unref(bin);
}

static void on_unprepared(GstRTSPMedia *media, gpointer data) {
  (void)media;
  (void)data;
  g_mutex_lock(&mutex);
  g_clear_pointer(&source, gst_object_unref);
  g_mutex_unlock(&mutex);
}

static void on_play(GstRTSPMediaFactory *factory, GstRTSPMedia *media, gpointer data) {
  (void)factory;
  (void)data;
  GstElement *bin = gst_rtsp_media_get_element(media);
  g_mutex_lock(&mutex);
  g_clear_pointer(&source, gst_object_unref);
  source = gst_bin_get_by_name_recurse_up(GST_BIN(bin), "in");
  g_mutex_unlock(&mutex);
  g_signal_connect(media, "unprepared", G_CALLBACK(on_unprepared), NULL);
  gst_object_unref(bin);
}

static void serve(int port, GstRTSPMediaFactory *(*make)(void)) {
  char service[16];
  snprintf(service, sizeof service, "%d", port);
  GstRTSPServer *server = gst_rtsp_server_new();
  gst_rtsp_server_set_address(server, "127.0.0.1");
  gst_rtsp_server_set_service(server, service);
  GstRTSPMountPoints *mounts = gst_rtsp_server_get_mount_points(server);
  const char *paths[] = {"/tcp", "/udp", "/churn"};
  for (int i = 0; i < 3; i++) gst_rtsp_mount_points_add_factory(mounts, paths[i], make());
  g_object_unref(mounts);
  if (!gst_rtsp_server_attach(server, NULL)) exit(1);
}

static GstRTSPMediaFactory *recording(void) {
  GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
  gst_rtsp_media_factory_set_transport_mode(factory, GST_RTSP_TRANSPORT_MODE_RECORD);
  gst_rtsp_media_factory_set_latency(factory, 0);
  gst_rtsp_media_factory_set_launch(factory, "( identity name=depay0 ! appsink name=out sync=false async=false )");
  g_signal_connect(factory, "media-configure", G_CALLBACK(on_record), NULL);
  return factory;
}

static GstRTSPMediaFactory *playing(void) {
  GstRTSPMediaFactory *factory = gst_rtsp_media_factory_new();
  gst_rtsp_media_factory_set_shared(factory, TRUE);
  gst_rtsp_media_factory_set_latency(factory, 0);
  gst_rtsp_media_factory_set_launch(
      factory, "( appsrc name=in is-live=true do-timestamp=true format=time max-bytes=0 "
               "caps=application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96,packetization-mode=(string)1 "
               "! identity name=pay0 )");
  g_signal_connect(factory, "media-configure", G_CALLBACK(on_play), NULL);
  return factory;
}

int main(int count, char **arguments) {
  gst_init(&count, &arguments);
  int port = count > 1 ? atoi(arguments[1]) : 8554;
  serve(port, recording);
  serve(port + 1, playing);
  puts("listening");
  fflush(stdout);
  g_main_loop_run(g_main_loop_new(NULL, FALSE));
  return 0;
}
